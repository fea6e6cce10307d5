import { readFileSync } from 'node:fs';

import type { Command } from 'commander';

import { importPlan, IMPORT_ACTIONS, type ImportResult } from '../../api/plan-file/import-plan.ts';
import { readPlanFile } from '../../api/plan-file/read-plan-file.ts';
import { mediaServersOf } from '../../config/media-servers.ts';
import { AppError } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import { ServedElsewhere } from '../../store/file-lock.ts';
import type { Store } from '../../store/open-store.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import { CliError, EXIT, FileError } from '../cli-error.ts';
import { COMMAND_LINE } from '../command-line-actor.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import {
  formatOf,
  parseCollection,
  parseFormat,
  TYPE_OF,
  type FormatOptions,
  type KnownFormat,
} from '../plan-format.ts';
import { Progress } from '../progress.ts';
import { readSettings } from '../read-settings.ts';
import {
  askServer,
  KEY_OPTION,
  namedServer,
  ownServer,
  URL_OPTION,
  type RemoteApi,
  type RemoteOptions,
} from '../remote-api.ts';
import { renderTable } from '../render-table.ts';
import type { Screen, Terminal } from '../terminal.ts';
import { changeStore } from '../visit-store.ts';

interface ImportCommandOptions extends FormatOptions, RemoteOptions {
  readonly json?: boolean;
  readonly dryRun: boolean;
  readonly replace: boolean;
}

/** A file to import, and how. */
interface Wanted {
  readonly file: string;
  readonly text: string;
  readonly known: KnownFormat;
  readonly mode: 'merge' | 'replace';
  readonly dryRun: boolean;
}

/** `tollgate import`: brings a file of configuration in, all of it or nothing. */
export function addImport(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'import', {
    summary: 'bring configuration in from YAML, JSON or CSV',
    about:
      'Bring configuration in, all of the file or nothing of it. Things are found by id, else by name or number; what the ' +
      'file does not say stays as it is, unless --replace makes it all there is of the collections it names. While a server ' +
      'runs on the data folder the file goes through its API, else straight into the database.',
    examples: [
      ['tollgate import plan.yaml --dry-run', 'what would change, and what is wrong with it'],
      ['tollgate import plan.yaml --replace', 'nothing but this is configured then'],
      ['tollgate import routes.csv', 'one collection; or --collection routes, whatever the file is called'],
      ['TOLLGATE_KEY=tg_… tollgate import plan.yaml --url https://tollgate.example', 'into another server'],
    ],
  })
    .argument('<file>', 'what `tollgate export` writes, or a part of it')
    .option('--format <format>', "yaml, json or csv; the file's name says so otherwise", parseFormat)
    .option('--collection <name>', `what a CSV holds: ${KIND_NAMES.join(', ')}`, parseCollection)
    .option('--dry-run', 'say what would be done, and change nothing', false)
    .option('--replace', 'archive or delete what is not in the file, in the collections it names', false)
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .action(async (file: string, { json, dryRun, replace, ...options }: ImportCommandOptions) => {
      const known = formatOf(file, options);
      const mode = replace ? 'replace' : 'merge';
      const progress = new Progress(terminal.err);
      const wanted = { file, text: readText(file), known, mode, dryRun } as const;
      const result = await bringIn(wanted, options, terminal, progress).finally(() => progress.clear());
      terminal.out.write(`${json ? JSON.stringify(result) : describe(file, result, terminal.out)}\n`);
    });
}

async function bringIn(
  wanted: Wanted,
  options: RemoteOptions,
  terminal: Terminal,
  progress: Progress,
): Promise<ImportResult> {
  const server = namedServer(terminal, options);
  if (server) return send(wanted, server, progress);
  try {
    return await changeStore(terminal, (store) => importHere(wanted, store, terminal, progress));
  } catch (error) {
    if (!(error instanceof ServedElsewhere)) throw error;
    return send(wanted, ownServer(terminal, options), progress);
  }
}

async function send({ file, text, known, mode, dryRun }: Wanted, server: RemoteApi, progress: Progress) {
  progress.begin(`Importing ${file} through ${server.url}`);
  const path = known.format === 'csv' ? `/import/${known.kind}` : '/import';
  const upload = { type: TYPE_OF[known.format], text };
  return JSON.parse(await askServer(server, `${path}?mode=${mode}&dryRun=${dryRun}`, file, upload)) as ImportResult;
}

async function importHere(
  { file, text, known, mode, dryRun }: Wanted,
  { resources, changes, audit }: Store,
  terminal: Terminal,
  progress: Progress,
): Promise<ImportResult> {
  const config = readSettings(terminal);
  // Its tables of places are large, and few commands need them.
  const { loadGazetteer } = await import('../../geo/load-gazetteer.ts');
  const parts = {
    resources,
    gazetteer: loadGazetteer(config.TOLLGATE_DATA_DIR),
    mediaServer: config.TOLLGATE_ENGINE === 'embedded' || mediaServersOf(config).length > 0,
    now: () => Date.now() as EpochMs,
  };
  progress.begin(`Reading ${file}`);
  try {
    const plan = readPlanFile({ text, ...known });
    const action = { actor: COMMAND_LINE, action: 'create', resource: 'import', resourceId: null };
    return await changes.run(
      (work) => audit.watch(action, work),
      () =>
        importPlan(parts, plan, {
          mode,
          dryRun,
          note: ({ action, kind, id, before, after }) =>
            audit.note({ actor: COMMAND_LINE, action, resource: kind, resourceId: id }, before, after),
          tell: (done, total) => progress.update('Checking', done, total),
        }),
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new FileError(error.code, file, error.message, error.problems);
  }
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const reason = error instanceof TypeError ? 'it is not UTF-8, save it as that' : (error as Error).message;
    throw new CliError('usage', `${file} can't be read: ${reason}.`, EXIT.usage);
  }
}

function describe(file: string, { dryRun, counts, collections }: ImportResult, screen: Screen): string {
  const told = IMPORT_ACTIONS.filter((action) => counts[action] > 0).map((action) => `${counts[action]} ${action}`);
  const sum = told.length === 0 ? 'there is nothing in it' : told.join(', ');
  const line = dryRun ? `Dry run of ${file}, nothing was changed: ${sum}.` : `Imported ${file}: ${sum}.`;
  const rows = Object.entries(collections).map(([kind, ids]) => [
    kind,
    ...IMPORT_ACTIONS.map((action) => String(ids[action].length)),
  ]);
  return rows.length === 0 ? line : `${renderTable(screen, ['collection', ...IMPORT_ACTIONS], rows)}\n\n${line}`;
}
