import type { Command } from 'commander';

import { makeBackup, type BackupMade } from '../../store/backup/make-backup.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { Progress } from '../progress.ts';
import { readSettings } from '../read-settings.ts';
import { showSteps } from '../show-steps.ts';

/** `tollgate backup <file>`: the data folder in one file, beside a running server. */
export function addBackup(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'backup', {
    summary: 'keep the data in one file',
    about:
      'Make a backup of the data in one file, also while the server runs: the database as it stands at this moment, ' +
      'with uploaded prompts and imported area codes in it, and with the recordings where asked for. The file has its ' +
      'name once it is whole, checked and on the disk.',
    examples: [
      ['tollgate backup /backups/tollgate.db', ''],
      ['tollgate backup tollgate.db --with-recordings --verify', 'everything, proved first'],
      ['tollgate backup tollgate.db --force --json | jq -r .sha256', 'again, in place of the last'],
    ],
  })
    .argument('<file>', 'what the backup is to be called')
    .option('--with-recordings', 'recordings, too, which may be many times larger than the rest')
    .option('--verify', 'prove CDRs, ledger and reports of the copy first, as `tollgate verify` does')
    .option('--force', 'take the place of a file that is there')
    .action(async (file: string, options: Options) => {
      const { TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
      const { json = false, withRecordings = false, verify = false, force = false } = options;
      const progress = json ? null : new Progress(terminal.err);
      const onStep = showSteps(progress);
      const made = await makeBackup({ dataDir, file, withRecordings, verify, force, onStep }).finally(() =>
        progress?.clear(),
      );
      terminal.out.write(`${json ? JSON.stringify(made) : describe(made)}\n`);
    });
}

interface Options {
  readonly json?: boolean;
  readonly withRecordings?: boolean;
  readonly verify?: boolean;
  readonly force?: boolean;
}

function describe({ file, sizeBytes, sha256, chain, files, missing, verified }: BackupMade): string {
  const size = `${(sizeBytes / 1_048_576).toFixed(1)} MiB`;
  return [
    `${file}, ${size}: ${chain.length} settled calls, ${files} files, ${verified ? 'checked and proved' : 'checked'}.`,
    `sha256 ${sha256}`,
    ...(missing.length > 0 ? [`Not there, so not in it: ${missing.join(', ')}`] : []),
  ].join('\n');
}
