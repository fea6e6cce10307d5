import type { Conversion, ConversionReporter } from '../../domain/call/conversion.ts';
import type { CallId, ConversionId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

interface ConversionRow extends Omit<Conversion, 'occurredAt' | 'reportedAt'> {
  readonly id: ConversionId;
  readonly occurredAt: EpochMs | null;
  readonly reportedAt: EpochMs;
}

/** The conversions of calls, as their table holds them. */
export interface ConversionRows {
  insert(conversion: Conversion): void;
  /** What this reporter has told under this id. */
  find(reporter: ConversionReporter, externalId: string): Conversion | undefined;
  /** Those of several calls, by call, in the order reported. */
  ofCalls(callIds: readonly CallId[]): ReadonlyMap<CallId, readonly Conversion[]>;
}

const SELECT = `SELECT id, call_id AS callId, external_id AS externalId, kind, value_micros AS valueMicros,
  occurred_at AS occurredAt, reported_at AS reportedAt, reporter FROM conversions`;

export function createConversionRows(sqlite: Sqlite): ConversionRows {
  const insert = sqlite.prepare<[ConversionRow]>(
    `INSERT INTO conversions (id, call_id, external_id, kind, value_micros, occurred_at, reported_at, reporter)
     VALUES (@id, @callId, @externalId, @kind, @valueMicros, @occurredAt, @reportedAt, @reporter)`,
  );
  const byName = sqlite.prepare<[string, string], ConversionRow>(`${SELECT} WHERE reporter = ? AND external_id = ?`);
  const byCalls = sqlite.prepare<[string], ConversionRow>(
    `${SELECT} WHERE call_id IN (SELECT value FROM json_each(?)) ORDER BY seq`,
  );

  return {
    insert({ occurredAt, reportedAt, ...conversion }) {
      insert.run({
        ...conversion,
        occurredAt: occurredAt === null ? null : (Date.parse(occurredAt) as EpochMs),
        reportedAt: Date.parse(reportedAt) as EpochMs,
      });
    },
    find(reporter, externalId) {
      const row = byName.get(reporter, externalId);
      return row && toConversion(row);
    },
    ofCalls: (callIds) => Map.groupBy(byCalls.all(JSON.stringify(callIds)).map(toConversion), ({ callId }) => callId),
  };
}

function toConversion(row: ConversionRow): Conversion {
  const { occurredAt, reportedAt } = row;
  return { ...row, occurredAt: occurredAt === null ? null : toIso(occurredAt), reportedAt: toIso(reportedAt) };
}
