import type { Command } from 'commander';

import { openDatabase, schemaVersionOf } from '../../store/database.ts';
import { LATEST_VERSION } from '../../store/migrations/apply-migrations.ts';
import { databaseFileIn } from '../../store/open-store.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { readSettings } from '../read-settings.ts';

/** What became of the schema. */
interface Migrated {
  readonly file: string;
  /** 0 where there was no database. */
  readonly from: number;
  readonly to: number;
}

/** `tollgate migrate`: brings the schema up to date, as starting the server does. */
export function addMigrate(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'migrate', {
    summary: "bring the database's schema up to date",
    about:
      "Bring the database's schema up to date, and say from which version to which. Starting the server does the same; " +
      'this is for doing it apart, with the server stopped. Each step is a transaction: one that fails changes nothing.',
    examples: [
      ['tollgate migrate', 'the database in ./data'],
      ['TOLLGATE_DATA_DIR=/var/lib/tollgate tollgate migrate', 'another one'],
    ],
  }).action(({ json }: { json?: boolean }) => {
    const { TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
    const migrated = migrate(databaseFileIn(dataDir));
    terminal.out.write(`${json ? JSON.stringify(migrated) : describe(migrated)}\n`);
  });
}

function migrate(file: string): Migrated {
  const from = schemaVersionOf(file);
  // Nothing to do needs no lock, and so is said beside a running server too.
  if (from !== LATEST_VERSION) openDatabase(file, 'serve').close();
  return { file, from, to: LATEST_VERSION };
}

function describe({ file, from, to }: Migrated): string {
  if (from === to) return `${file} is up to date: schema version ${to}.`;
  if (from === 0) return `There was no database at ${file}. Made one: schema version ${to}.`;
  return `${file} was brought from schema version ${from} to ${to}.`;
}
