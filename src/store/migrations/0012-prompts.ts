import type { Migration } from './migration.ts';

/** The prompts that come with the product: what follows `prm_default-` in their ids, their names, how long they last. */
const BUILT_IN = [
  ['greeting', 'Default greeting', 4107],
  ['consent', 'Default recording notice', 2811],
  ['after-hours', 'Default after hours', 6639],
  ['no-route', 'Default nobody available', 6490],
  ['enter-zip', 'Default question for the ZIP', 2880],
  ['menu', 'Default menu', 5130],
  ['invalid', 'Default wrong entry', 2627],
  ['voicemail', 'Default voicemail', 2550],
  ['whisper', 'Default whisper', 3106],
  ['goodbye', 'Default goodbye', 2706],
] as const;

const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** Prompts; what they sound like lies in files by their ids. Those that come with the product are in every store. */
export const prompts: Migration = {
  version: 12,
  name: 'prompts',
  sql: `
CREATE TABLE prompts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  built_in INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX prompts_by_name ON prompts (name, id);
${BUILT_IN.map(
  ([id, name, durationMs]) => `INSERT INTO prompts (id, name, duration_ms, built_in, created_at, updated_at, revision)
  VALUES ('prm_default-${id}', '${name}', ${durationMs}, 1, ${NOW}, ${NOW}, 1);`,
).join('\n')}
`,
};
