import { Admission } from '../../src/calls/admission.ts';
import type { ImaginedCall } from '../../src/calls/explain-route.ts';
import { judgeCall } from '../../src/domain/billing/judge-call.ts';
import type { AdmissionPlan } from '../../src/domain/call/admission-plan.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import type { CallOrigin } from '../../src/domain/call/call-facts.ts';
import type { CallId, TrunkId } from '../../src/domain/ids.ts';
import type { Ani, E164 } from '../../src/domain/numbers/e164.ts';
import { locateCaller } from '../../src/domain/numbers/locate-caller.ts';
import type { Gazetteer } from '../../src/domain/numbers/location.ts';
import { buildRoutingSnapshot, type RoutingSnapshot } from '../../src/domain/routing/routing-snapshot.ts';
import { toIso, type EpochMs, type MonoMs } from '../../src/domain/time.ts';
import type { Store } from '../../src/store/open-store.ts';
import { noPlaces } from './routing-plan.ts';
import { draftCdr, endedCdr, openCallOf, SAMPLE_INSTANT } from './sample-call.ts';

/** A call as a test wants it; the sample DID, a caller of Manhattan and the sample instant unless said otherwise. */
export interface MadeCall {
  readonly id: string;
  readonly ani?: Ani;
  readonly at?: number;
  readonly seed?: number;
  /** How long the first whom the decision selects talks to the caller; null for a call that nobody answers. */
  readonly talkMs?: number | null;
}

/** Calls on a store, admitted and settled as the product does it, without any SIP. */
export class RoutedCalls {
  readonly #store: Store;
  readonly #gazetteer: Gazetteer;

  constructor(store: Store, gazetteer: Gazetteer = noPlaces) {
    this.#store = store;
    this.#gazetteer = gazetteer;
  }

  async snapshot(): Promise<RoutingSnapshot> {
    return buildRoutingSnapshot(await this.#store.resources.readPlan(), this.#gazetteer);
  }

  /** The question that stands for the same call. */
  questionOf({ ani = CALLER, at = SAMPLE_INSTANT, seed = 1 }: MadeCall): ImaginedCall {
    return { did: DID, ani, at: at as EpochMs, seed };
  }

  async admit(call: MadeCall): Promise<AdmissionPlan> {
    const snapshot = await this.snapshot();
    const origin = this.#originOf(call, snapshot);
    const admission = new Admission({ origin, snapshot, seed: call.seed ?? 1, trunkLimit: null, isDown: () => false });
    const { callId: id, ani, did, dnis, trunkId } = origin;
    const open = openCallOf(draftCdr(id, { ani, did, dnis, trunkId, receivedAt: toIso(origin.receivedAt.wall) }));
    return await this.#store.calls.admitCall(open, (view) => admission.decide(view));
  }

  /** Admits a call, connects it to the first of its targets, and settles it. */
  async complete(call: MadeCall): Promise<Cdr> {
    const plan = await this.admit(call);
    const { talkMs = 120_000 } = call;
    const [target] = plan.kind === 'dial' ? plan.targets : [];
    const { campaignId, publisherId, location, ani, receivedAt } = this.#originOf(call, await this.snapshot());
    const at = receivedAt.wall;
    const after = (ms: number) => toIso((at + ms) as EpochMs);
    const connected = target !== undefined && talkMs !== null;
    const ended = endedCdr(call.id, {
      ani,
      campaignId,
      publisherId,
      location,
      receivedAt: toIso(at),
      connectedAt: connected ? after(1_000) : null,
      endedAt: after(1_000 + (talkMs ?? 0)),
      talkMs: connected ? talkMs : 0,
      buyerId: connected ? target.buyerId : null,
      destinationId: connected ? target.destinationId : null,
      routeId: connected ? target.routeId : null,
      terms: target?.terms ?? null,
      decision: plan.decision,
      attempts: target
        ? [
            {
              seq: 1,
              routeId: target.routeId,
              destinationId: target.destinationId,
              gateway: '127.0.0.1:5070',
              startedAt: after(0),
              ringingAt: null,
              answeredAt: connected ? after(1_000) : null,
              endedAt: after(1_000 + (talkMs ?? 0)),
              pddMs: null,
              sipStatus: connected ? 200 : 480,
              hangupCause: null,
              reason: null,
            },
          ]
        : [],
    });
    const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
    return await this.#store.calls.settleCall(call.id as CallId, (view) => judgeCall(ended, view, facts));
  }

  #originOf({ id, ani = CALLER, at = SAMPLE_INSTANT }: MadeCall, snapshot: RoutingSnapshot): CallOrigin {
    const known = snapshot.didByNumber.get(DID);
    const did = known?.enabled ? known : undefined;
    return {
      callId: id as CallId,
      trunkId: 'trk_1' as TrunkId,
      did: did?.number ?? null,
      dnis: DID,
      ani,
      callerName: null,
      campaignId: did?.campaignId ?? null,
      publisherId: did?.publisherId ?? null,
      location: locateCaller({ ani }, this.#gazetteer),
      attestation: null,
      receivedAt: { wall: at as EpochMs, mono: 0 as MonoMs },
    };
  }
}

const DID = '+14155550100' as E164;
const CALLER = '+12125550123' as Ani;
