import type { Cdr } from '../call/cdr.ts';
import type { RouteId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import type { CapWindows } from '../routing/cap-windows.ts';
import { type DecisionBasis, type Question, readingsFrom, spell } from '../routing/decision-basis.ts';
import { selectRoutes } from '../routing/route-call.ts';
import type { RouteLine, RoutingSnapshot } from '../routing/routing-snapshot.ts';
import type { EpochMs } from '../time.ts';
import { CapLedger } from './cap-ledger.ts';
import { retellCall, tellCall } from './retell-call.ts';
import type { TalkTimes } from './talk-times.ts';

/** The plan a call was decided on, and the same plan with the change made. */
export interface PlanPair {
  readonly before: RoutingSnapshot;
  readonly after: RoutingSnapshot;
}

/** A call that was routed, by a caller whom nobody has erased. */
type RoutedCall = Cdr & { readonly ani: Ani; readonly decision: NonNullable<Cdr['decision']> };

/** A route's share of a period. */
export interface RouteFigures {
  /** Calls it got. */
  readonly calls: number;
  /** Decisions that put it first. */
  readonly selectedFirst: number;
  readonly chargeMicros: number;
}

/** What happened on a route, and what would have. */
export interface RouteChange {
  readonly line: RouteLine;
  readonly before: RouteFigures;
  readonly after: RouteFigures;
}

const NOTHING: RouteFigures = { calls: 0, selectedFirst: 0, chargeMicros: 0 };

/**
 * Decides the calls of a period once more under changed plans, one after the other in the order they came. Counters are
 * those read at the time, moved by what this very period would have filled differently.
 */
export class Rerun {
  readonly #talkTimes: TalkTimes;
  readonly #opening: (question: Question, at: EpochMs) => readonly number[];
  readonly #real = new CapLedger();
  readonly #imagined = new CapLedger();
  readonly #figures = new Map<RouteId, RouteChange>();
  #calls = 0;
  #moved = 0;

  /** @param opening answers what no decision asked at the time, as it stood when the period began */
  constructor(talkTimes: TalkTimes, opening: (question: Question, at: EpochMs) => readonly number[]) {
    this.#talkTimes = talkTimes;
    this.#opening = opening;
  }

  /** Calls decided, and those of them that another route, or none, would have got. */
  get counts(): { readonly calls: number; readonly moved: number } {
    return { calls: this.#calls, moved: this.#moved };
  }

  /** Routes that anything happened on, by campaign and id. */
  get routes(): readonly RouteChange[] {
    const key = ({ line }: RouteChange) => `${line.campaign.id} ${line.route.id}`;
    return Array.from(this.#figures.values()).toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** Takes the next call; those that were never routed, and so have no decision, are none of its business. */
  decide(cdr: RoutedCall, basis: DecisionBasis, plans: PlanPair): void {
    const at = Date.parse(cdr.decision.at) as EpochMs;
    const selected = this.#select(cdr, basis, plans.after, at);
    const was = tellCall(cdr, plans.before.routeById);
    const campaign = cdr.campaignId === null ? undefined : plans.after.campaignById.get(cdr.campaignId);
    const publisher = cdr.publisherId === null ? undefined : plans.after.publisherById.get(cdr.publisherId);
    const would = campaign
      ? retellCall({ cdr, selected, campaign, publisher: publisher ?? null }, this.#talkTimes)
      : { held: [], winner: null };
    const publisherWindows = windowsOfPublisher(cdr, plans.before);
    for (const held of was.held) this.#real.add({ ...held, publisherWindows });
    const windowsThen = windowsOfPublisher(cdr, plans.after);
    for (const held of would.held) this.#imagined.add({ ...held, publisherWindows: windowsThen });

    this.#calls += 1;
    if (was.winner?.line.route.id !== would.winner?.line.route.id) this.#moved += 1;
    const wasFirst = cdr.decision.candidates.find(({ verdict }) => verdict === 'selected');
    this.#note('before', wasFirst && plans.before.routeById.get(wasFirst.routeId), { selectedFirst: 1 });
    this.#note('after', selected[0], { selectedFirst: 1 });
    this.#note('before', was.winner?.line, { calls: 1, chargeMicros: was.winner?.result?.chargeMicros ?? 0 });
    this.#note('after', would.winner?.line, { calls: 1, chargeMicros: would.winner?.result?.chargeMicros ?? 0 });
  }

  #select(
    { did, campaignId, publisherId, ani, decision }: RoutedCall,
    { readings, ...excluded }: DecisionBasis,
    snapshot: RoutingSnapshot,
    at: EpochMs,
  ): readonly RouteLine[] {
    if (did === null || campaignId === null || snapshot.campaignById.get(campaignId)?.status === 'paused') return [];
    const answers = readingsFrom((question) => this.#answer(question, readings[spell(question)], at));
    const offer = { did, campaignId, publisherId, ani, location: decision.location, ...excluded, ...answers };
    return selectRoutes(offer, snapshot, at, decision.seed).selected;
  }

  #answer(question: Question, recorded: readonly number[] | undefined, at: EpochMs): readonly number[] {
    const imagined = this.#imagined.read(question, at);
    const real = this.#real.read(question, at);
    const base = recorded ?? this.#opening(question, at);
    return base.map((value, place) => {
      const moved = value + (imagined[place] ?? 0) - (recorded === undefined ? 0 : (real[place] ?? 0));
      // Only an account can be below nothing.
      return question.about === 'balance' && place === 0 ? moved : Math.max(0, moved);
    });
  }

  #note(when: 'before' | 'after', line: RouteLine | undefined, more: Partial<RouteFigures>): void {
    if (line === undefined) return;
    const known = this.#figures.get(line.route.id) ?? { line, before: NOTHING, after: NOTHING };
    const { calls, selectedFirst, chargeMicros } = known[when];
    const sum = {
      calls: calls + (more.calls ?? 0),
      selectedFirst: selectedFirst + (more.selectedFirst ?? 0),
      chargeMicros: chargeMicros + (more.chargeMicros ?? 0),
    };
    this.#figures.set(line.route.id, { ...known, [when]: sum });
  }
}

function windowsOfPublisher({ publisherId }: Cdr, { publisherCapsById }: RoutingSnapshot): CapWindows | null {
  return publisherId === null ? null : (publisherCapsById.get(publisherId)?.windows ?? null);
}
