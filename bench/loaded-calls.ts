import { seededRandom } from '../src/domain/routing/seeded-random.ts';
import type { Sqlite } from '../src/store/database.ts';
import { SAMPLE_INSTANT } from '../test/support/sample-call.ts';

/** Calls of a day; they come evenly. */
export const CALLS_A_DAY = 10_000;
const APART_MS = 86_400_000 / CALLS_A_DAY;

/** The first instant after the n-th of them, from 1, and before the next. */
export function afterCall(n: number): number {
  return SAMPLE_INSTANT + n * APART_MS;
}

/** A network of middling size. What comes first comes most often. */
const DIDS = 100;
const CAMPAIGNS = 20;
const PUBLISHERS = 7;
const BUYERS_OF_A_CAMPAIGN = 3;
const STATES = 50;
const UNCONNECTED = ['no-answer', 'busy', 'abandoned', 'no-route'];
const PRICE_MICROS = 45_000_000;
const PAYOUT_MICROS = 28_125_000;

/** Ids as long as real ones. */
const idOf = (prefix: string, n: number): string => `${prefix}_01JD6Z5V8QK3M4N7P9${String(n).padStart(8, '0')}`;

/** Fills a database of the present schema with settled calls, as rows: a million take seconds instead of minutes. */
export interface LoadedCalls {
  /** Adds calls until there are so many. */
  loadUpTo(calls: number): void;
}

export function createLoadedCalls(sqlite: Sqlite): LoadedCalls {
  // Lists of calls lean on these, reports don't: keeping them up would be most of the work.
  const indexes = sqlite
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'calls' AND sql <> ''")
    .pluck()
    .all();
  for (const index of indexes) sqlite.exec(`DROP INDEX ${index}`);
  const insertCall = sqlite.prepare<[Readonly<Record<string, string | number | null>>]>(
    `INSERT INTO calls (seq, id, status, sip_call_id, received_at, connected_at, did, ani, trunk_id, campaign_id,
       publisher_id, buyer_id, destination_id, state, outcome, talk_ms, buyer_billable, charge_micros,
       publisher_billable, payout_micros, chain_seq, hash)
     VALUES (@seq, @id, 'settled', 'x', @receivedAt, @connectedAt, @did, 'anonymous', 'trk_1', @campaign, @publisher,
       @buyer, @destination, @state, @outcome, @talkMs, @billable, @chargeMicros, @billable, @payoutMicros, @seq, 'x')`,
  );
  const insertAttempt = sqlite.prepare<[number, number, string, number, number]>(
    "INSERT INTO attempts (call_seq, seq, route_id, destination_id, answered, pdd_ms) VALUES (?, ?, 'rte_1', ?, ?, ?)",
  );
  const random = seededRandom(1);
  const upTo = (count: number): number => Math.floor(random() * count);
  const mostlyLow = (count: number): number => Math.floor(random() ** 2 * count);
  let loaded = 0;

  function addCall(seq: number): void {
    const did = mostlyLow(DIDS);
    const taker = (did % CAMPAIGNS) * BUYERS_OF_A_CAMPAIGN + upTo(BUYERS_OF_A_CAMPAIGN);
    const isConnected = random() < 0.6;
    const talkMs = isConnected ? upTo(400_000) : 0;
    const billable = Number(talkMs >= 60_000);
    const receivedAt = afterCall(seq) - APART_MS;
    insertCall.run({
      seq,
      id: idOf('call', seq),
      receivedAt,
      connectedAt: isConnected ? receivedAt + 8_000 : null,
      did: `+1415555${String(did).padStart(4, '0')}`,
      campaign: idOf('cmp', did % CAMPAIGNS),
      publisher: idOf('pub', did % PUBLISHERS),
      buyer: isConnected ? idOf('byr', taker) : null,
      destination: isConnected ? idOf('dst', taker) : null,
      state: `S${mostlyLow(STATES)}`,
      outcome: isConnected ? 'connected' : (UNCONNECTED[upTo(UNCONNECTED.length)] ?? 'busy'),
      talkMs,
      billable,
      chargeMicros: billable * PRICE_MICROS,
      payoutMicros: billable * PAYOUT_MICROS,
    });
    const attempts = random() < 0.3 ? 2 : 1;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const isLast = attempt === attempts;
      insertAttempt.run(
        seq,
        attempt,
        isLast ? idOf('dst', taker) : 'dst_busy',
        Number(isLast && isConnected),
        200 + mostlyLow(4_000),
      );
    }
  }

  return {
    loadUpTo(calls) {
      sqlite.transaction(() => {
        const before = loaded;
        while (loaded < calls) addCall((loaded += 1));
        // As the upgrade that brought the reports counts the calls there are.
        sqlite.exec(`
          INSERT OR IGNORE INTO report_groups (did, destination_id, state, outcome, campaign_id, publisher_id, buyer_id)
            SELECT DISTINCT did, coalesce(destination_id, ''), state, outcome, campaign_id, publisher_id,
              coalesce(buyer_id, '')
            FROM calls WHERE seq > ${before};
          INSERT INTO report_calls SELECT * FROM report_calls_recounted WHERE call_seq > ${before}`);
      })();
    },
  };
}
