import type { BuyerId, DestinationId, RouteId } from '../ids.ts';
import type { CountedWindow } from '../plan/caps.ts';
import type { CapWindow } from './cap-windows.ts';
import type { CapOwner, CapUsage } from './caps.ts';
import type { RouteRecord, RouteRecords } from './order.ts';
import type { CallOffer } from './route-call.ts';

/**
 * What a decision rested on that moves on after it: counters, records of routes, the caller's earlier calls. With the
 * record of the call (who called what from where, instant, seed) and the plan of that version, it is decided once more.
 */
export interface DecisionBasis {
  readonly excludedDestinations: readonly DestinationId[];
  readonly excludedBuyers: readonly BuyerId[];
  /** What the caller wanted; absent where that was not known, and in all that was kept before it could be. */
  readonly category?: string;
  /** Answers by question (`route:rte_… daily 1763701200000`): one or two whole numbers, as listed in `Question`. */
  readonly readings: Readonly<Record<string, readonly number[]>>;
}

/** Where decisions read what moves on. */
export interface Readings {
  readonly usage: CapUsage;
  readonly records: RouteRecords;
}

/** What can be asked while deciding. Its answer: [used], [settled, pending], [balance, pending] or [calls, billable]. */
export type Question =
  | { readonly about: 'concurrent'; readonly owner: CapOwner }
  | { readonly about: CountedWindow; readonly owner: CapOwner; readonly window: CapWindow }
  | { readonly about: 'spent'; readonly owner: CapOwner; readonly window: CapWindow }
  | { readonly about: 'balance'; readonly owner: { readonly kind: 'buyer'; readonly id: BuyerId } }
  | { readonly about: 'record'; readonly owner: { readonly kind: 'route'; readonly id: RouteId } };

/** The one spelling of a question, by which its answer is kept. */
export function spell(question: Question): string {
  const { about, owner } = question;
  const text = `${owner.kind}:${owner.id} ${about}`;
  return 'window' in question ? `${text} ${question.window.start}` : text;
}

/** Readings that come from one function: it answers every question with its numbers. */
export function readingsFrom(answer: (question: Question) => readonly number[]): Readings {
  const pair = (question: Question): readonly [number, number] => {
    const [first = 0, second = 0] = answer(question);
    return [first, second];
  };
  return {
    usage: {
      concurrent: (owner) => answer({ about: 'concurrent', owner })[0] ?? 0,
      counted(owner, length, window) {
        const [settled, pending] = pair({ about: length, owner, window });
        return { settled, pending };
      },
      spent(owner, day) {
        const [settledMicros, pendingMicros] = pair({ about: 'spent', owner, window: day });
        return { settledMicros, pendingMicros };
      },
      balance(id) {
        const [balanceMicros, pendingMicros] = pair({ about: 'balance', owner: { kind: 'buyer', id } });
        return { balanceMicros, pendingMicros };
      },
    },
    records: {
      get(id): RouteRecord {
        const [calls, billable] = pair({ about: 'record', owner: { kind: 'route', id } });
        return { calls, billable };
      },
    },
  };
}

/** Asks readings a question: the reverse of `readingsFrom`. */
export function ask({ usage, records }: Readings, question: Question): readonly number[] {
  switch (question.about) {
    case 'concurrent':
      return [usage.concurrent(question.owner)];
    case 'spent': {
      const { settledMicros, pendingMicros } = usage.spent(question.owner, question.window);
      return [settledMicros, pendingMicros];
    }
    case 'balance': {
      const { balanceMicros, pendingMicros } = usage.balance(question.owner.id);
      return [balanceMicros, pendingMicros];
    }
    case 'record': {
      const record = records.get(question.owner.id);
      return [record?.calls ?? 0, record?.billable ?? 0];
    }
    default: {
      const { settled, pending } = usage.counted(question.owner, question.about, question.window);
      return [settled, pending];
    }
  }
}

const NO_RECORDS: RouteRecords = new Map();

/** The same offer, watched: after the decision, `basis` holds every answer it was given, each once. */
export function watchOffer(offer: CallOffer): { readonly offer: CallOffer; readonly basis: () => DecisionBasis } {
  const { excludedDestinations = [], excludedBuyers = [], category, usage, records = NO_RECORDS } = offer;
  const answers = new Map<string, readonly number[]>();
  const watched = readingsFrom((question) => {
    const text = spell(question);
    const answer = answers.get(text) ?? ask({ usage, records }, question);
    answers.set(text, answer);
    return answer;
  });
  return {
    offer: { ...offer, ...watched },
    basis: () => ({
      excludedDestinations,
      excludedBuyers,
      ...(category === undefined || category === null ? {} : { category }),
      readings: Object.fromEntries(answers),
    }),
  };
}
