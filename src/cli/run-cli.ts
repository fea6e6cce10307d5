import { Command, CommanderError } from 'commander';

import { AppError } from '../domain/app-error.ts';
import { VERSION } from '../version.ts';
import { CliError, EXIT, FileError, SettingsError, type ExitCode } from './cli-error.ts';
import { addBackup } from './commands/backup.ts';
import { addDoctor } from './commands/doctor.ts';
import { addErase } from './commands/erase.ts';
import { addExplain } from './commands/explain.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addImportAreaCodes } from './commands/import-area-codes.ts';
import { addKeysCreate } from './commands/keys-create.ts';
import { addKeysList } from './commands/keys-list.ts';
import { addKeysRevoke } from './commands/keys-revoke.ts';
import { addMigrate } from './commands/migrate.ts';
import { addReplay } from './commands/replay.ts';
import { addRestore } from './commands/restore.ts';
import { addServe } from './commands/serve.ts';
import { addVerify } from './commands/verify.ts';
import { addWhatIf } from './commands/what-if.ts';
import type { Invocation } from './new-command.ts';
import type { Terminal } from './terminal.ts';

/**
 * Carries out one call of the command line. Never rejects: what goes wrong is said on `terminal.err`.
 *
 * @param args what was typed behind `tollgate`
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const json = args.includes('--json');
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(json, { terminal, end: (code) => (exitCode = code) });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, json, terminal);
  }
}

function createProgram(json: boolean, invocation: Invocation): Command {
  const { out, err } = invocation.terminal;
  const program = new Command('tollgate')
    .description('Self-hosted pay-per-call router.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print how it is used')
    .helpCommand('help [command]', 'print how a command is used')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      // Machines are told of errors in JSON, once they are caught.
      writeErr: (text) => (json ? undefined : err.write(text)),
      getOutHelpWidth: () => out.columns,
      getErrHelpWidth: () => err.columns,
    });
  program.addHelpText(
    'after',
    [
      '\nSettings come from the environment and from config/*.yaml; TOLLGATE_DATA_DIR says which data is meant.',
      'Exit codes: 0 done, 1 failed, 2 wrong usage or settings. `tollgate <command> --help` shows examples.',
    ].join('\n'),
  );
  addServe(program, invocation);
  addMigrate(program, invocation);
  const keys = program
    .command('keys')
    .summary('make, list and revoke API keys')
    .description('Make, list and revoke API keys, also while the server runs.');
  addKeysCreate(keys, invocation);
  addKeysList(keys, invocation);
  addKeysRevoke(keys, invocation);
  addExplain(program, invocation);
  addReplay(program, invocation);
  addWhatIf(program, invocation);
  addVerify(program, invocation);
  addErase(program, invocation);
  addDoctor(program, invocation);
  addBackup(program, invocation);
  addRestore(program, invocation);
  addExport(program, invocation);
  addImport(program, invocation);
  addImportAreaCodes(program, invocation);
  return program;
}

function report(error: unknown, json: boolean, { err }: Terminal): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
  const fault = describe(error);
  if (json) {
    const { exitCode: _exitCode, ...shown } = fault;
    err.write(`${JSON.stringify({ error: shown })}\n`);
  } else if (!(error instanceof CommanderError)) {
    err.write(`${err.paint.red(fault.message)}\n`);
  }
  return fault.exitCode;
}

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly problems?: readonly object[];
  readonly exitCode: ExitCode;
}

function describe(error: unknown): Fault {
  if (error instanceof CommanderError) {
    return { code: 'usage', message: error.message.replace(/^error: /, ''), exitCode: EXIT.usage };
  }
  if (error instanceof SettingsError || error instanceof FileError) {
    const { code, message, problems, exitCode } = error;
    return { code, message, problems, exitCode };
  }
  if (error instanceof CliError) return { code: error.code, message: error.message, exitCode: error.exitCode };
  if (error instanceof AppError) return { code: error.code, message: error.message, exitCode: EXIT.failed };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message: `A defect of Tollgate: ${message}`, exitCode: EXIT.failed };
}
