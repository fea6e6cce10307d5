import type { Command } from 'commander';

import type { EpochMs } from '../../domain/time.ts';
import { LATEST_VERSION } from '../../store/migrations/apply-migrations.ts';
import { restoreBackup, type Restored } from '../../store/backup/restore-backup.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { Progress } from '../progress.ts';
import { readSettings } from '../read-settings.ts';
import { showSteps } from '../show-steps.ts';

/** `tollgate restore <file>`: a data folder out of a backup, proved before anything is moved. */
export function addRestore(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'restore', {
    summary: 'make the data folder out of a backup',
    about:
      'Make the data folder out of a backup, with the server stopped. The backup is checked, its schema brought up to ' +
      'date and its CDRs, ledger and reports proved before anything is moved. Data that is there is refused, or put ' +
      'aside with --force; nothing is ever deleted.',
    examples: [
      ['tollgate restore /backups/tollgate.db', 'into an empty data folder'],
      ['tollgate restore /backups/tollgate.db --force', 'what is there is put aside'],
      ['TOLLGATE_DATA_DIR=/tmp/rehearsal tollgate restore tollgate.db', 'a rehearsal'],
    ],
  })
    .argument('<file>', 'the backup, or a copy of the database of a server that was stopped')
    .option('--force', 'put aside what is in the data folder')
    .action(async (file: string, { json = false, force = false }: { json?: boolean; force?: boolean }) => {
      const { TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
      const progress = json ? null : new Progress(terminal.err);
      const now = Date.now() as EpochMs;
      const restored = await restoreBackup({ file, dataDir, force, now, onStep: showSteps(progress) }).finally(() =>
        progress?.clear(),
      );
      terminal.out.write(`${json ? JSON.stringify(restored) : describe(restored)}\n`);
    });
}

function describe({
  dataDir,
  schemaVersion,
  chain,
  files,
  missingRecordings,
  erasedAgain,
  putAside,
}: Restored): string {
  return [
    `${dataDir} is restored and proved: ${chain.length} settled calls, ${files} files.`,
    ...(chain.length > 0 ? [`head ${chain.head}`] : []),
    ...(schemaVersion < LATEST_VERSION ? [`Schema version ${schemaVersion} was brought to ${LATEST_VERSION}.`] : []),
    ...(putAside === null ? [] : [`What was there lies in ${putAside}.`]),
    ...describeErased(erasedAgain),
    ...(missingRecordings > 0 ? [`${missingRecordings} recordings that it names are not there.`] : []),
  ].join('\n');
}

/** Whoever was erased since the backup is in it again. */
function describeErased(erasedAgain: number | null): string[] {
  if (erasedAgain === 0) return [];
  return erasedAgain === null
    ? ['Who was erased since the backup is not known: apply the list you kept with tollgate erase --calls <file>.']
    : [`${erasedAgain} calls whose callers had been erased since the backup were erased again.`];
}
