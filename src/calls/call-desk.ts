import { newFacts, type CallOrigin } from '../domain/call/call-facts.ts';
import type { Moment } from '../domain/call/moment.ts';
import type { CallId } from '../domain/ids.ts';
import type { Ani } from '../domain/numbers/e164.ts';
import { locateCaller } from '../domain/numbers/locate-caller.ts';
import { normalizeCaller } from '../domain/numbers/normalize-caller.ts';
import { normalizeNumber } from '../domain/numbers/normalize-number.ts';
import type { Trunk } from '../domain/plan/trunk.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { Admission } from './admission.ts';
import type { CallRegistry } from './call-registry.ts';
import { CallSession } from './call-session.ts';
import type { CallWorld } from './call-session.ts';
import { GuessLimit } from './guess-limit.ts';
import type { Identified } from './identify-trunk.ts';
import { identifyTrunk } from './identify-trunk.ts';
import type { LivePlan } from './live-plan.ts';
import type { ALeg, ALegListener, InboundInvite } from './ports/a-leg.ts';
import { TrunkGate } from './trunk-gate.ts';

/** What became of an INVITE whose trunk isn't known, or not yet. */
export type Unproven = 'challenged' | Extract<Identified, { kind: 'refused' }>['why'];

/** What the desk needs beside the world of each call. */
export interface CallDeskOptions {
  readonly world: CallWorld;
  readonly plan: LivePlan;
  readonly registry: CallRegistry;
  readonly newCallId: () => CallId;
  /** 32 random bits: the one source of chance in a call. */
  readonly newSeed: () => number;
  /** Whether a gateway, by its URI, is known to take no calls now. */
  readonly isDown: (gatewayUri: string) => boolean;
  /** An INVITE that isn't known to be a trunk's: answered 401 or 403, counted, and no more. */
  readonly onUnproven: (what: Unproven, address: string) => void;
}

/** How long a caller refused while draining is asked to wait, in seconds: by then another process answers. */
const DRAIN_RETRY_AFTER_S = 30;

/** Where new calls arrive: knows the trunk by its address or credentials, reads who calls whom, and starts the call's session. */
export class CallDesk {
  readonly #options: CallDeskOptions;
  readonly #gate = new TrunkGate();
  readonly #guesses = new GuessLimit();
  #open: 'open' | 'draining' = 'open';

  constructor(options: CallDeskOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#open === 'open';
  }

  /** From here every new call is answered 503; those in progress go on. */
  close(): void {
    this.#open = 'draining';
  }

  /** Takes an INVITE. Returns who hears the leg from now on, or null where it has been answered already. */
  receive(invite: InboundInvite, aLeg: ALeg): ALegListener | null {
    const { world, plan, registry, newCallId, newSeed, isDown, onUnproven } = this.#options;
    if (!this.isOpen) {
      aLeg.reject(503, { cause: 'drain', retryAfterS: DRAIN_RETRY_AFTER_S });
      return null;
    }
    const { snapshot, trunks } = plan.current;
    const receivedAt = world.clock.now();
    const { address } = invite.source;
    const sender = identifyTrunk({ address, proofs: invite.proofs }, trunks, this.#guesses, receivedAt.mono);
    if (sender.kind === 'challenge') {
      onUnproven('challenged', address);
      aLeg.challenge(sender.realms, sender.stale);
      return null;
    }
    if (sender.kind === 'refused') {
      onUnproven(sender.why, address);
      aLeg.reject(403, { cause: null });
      return null;
    }
    const { trunk } = sender;
    const origin = readOrigin(invite, trunk, snapshot, newCallId(), receivedAt);
    const trunkLimit = this.#gate.check(trunk, registry.liveOn(trunk.id), receivedAt.mono);
    const admission = new Admission({ origin, snapshot, seed: newSeed(), trunkLimit, isDown });
    const facts = newFacts(origin);
    const believed = trunk.trustIdentity ? invite : { ...invite, passOn: {}, assertedIdentity: null };
    const session = new CallSession(world, { invite: believed, aLeg, admission, facts }, (cdr) => {
      registry.remove(session);
      world.observer.callSettled(cdr);
    });
    registry.add(session);
    world.observer.callReceived(origin.callId, { did: origin.did ?? origin.dnis, sipCallId: invite.sipCallId });
    session.admit();
    return (event) => session.onALeg(event);
  }
}

/** Who calls whom from where, as far as this trunk is believed. */
function readOrigin(
  invite: InboundInvite,
  trunk: Trunk,
  snapshot: RoutingSnapshot,
  callId: CallId,
  receivedAt: Moment,
): CallOrigin {
  const dialled = normalizeNumber(invite.dnis, { format: trunk.numberFormat });
  const did = dialled === undefined ? undefined : snapshot.didByNumber.get(dialled);
  const known = did?.enabled ? did : undefined;
  const caller = readCaller(invite, trunk);
  const supplied = trunk.trustLocation === true ? invite.supplied : {};
  return {
    callId,
    trunkId: trunk.id,
    did: known?.number ?? null,
    dnis: invite.dnis,
    ani: caller.ani,
    callerName: caller.name,
    campaignId: known?.campaignId ?? null,
    publisherId: known?.publisherId ?? null,
    location: known ? locateCaller({ ani: caller.ani, ...supplied }, snapshot.gazetteer) : null,
    attestation: trunk.trustIdentity ? invite.attestation : null,
    receivedAt,
  };
}

/**
 * A trusted trunk's P-Asserted-Identity is the caller (RFC 3325 §9.1), else From is. Where the caller asks for privacy
 * the number is withheld from everyone, ourselves included, so that no buyer can be shown it.
 */
function readCaller(invite: InboundInvite, trunk: Trunk): { ani: Ani; name: string | null } {
  const identity = (trunk.trustIdentity ? invite.assertedIdentity : null) ?? invite.from;
  if (invite.wantsPrivacy) return { ani: 'anonymous', name: null };
  const ani = normalizeCaller(identity.user, { format: trunk.numberFormat });
  return { ani, name: ani === 'anonymous' ? null : identity.displayName };
}
