import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** The last instant at which the process was known to live, for calls that a crash leaves open. */
export interface LifeSign {
  /** Never moves back, whatever the wall clock does. */
  record(at: EpochMs): void;
  latest(): EpochMs | null;
}

export function createLifeSign(sqlite: Sqlite): LifeSign {
  const record = sqlite.prepare<[number]>(
    `INSERT INTO meta (key, value) VALUES ('alive_at', ?)
     ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)`,
  );
  const read = sqlite.prepare<[], EpochMs>("SELECT value FROM meta WHERE key = 'alive_at'").pluck();
  return {
    record(at) {
      record.run(at);
    },
    latest: () => read.get() ?? null,
  };
}
