import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { InvalidArgumentError, type Command } from 'commander';

import type { CallId } from '../../domain/ids.ts';
import type { E164 } from '../../domain/numbers/e164.ts';
import { RecordingFiles } from '../../recordings/recording-files.ts';
import type { Erasure, ErasureFindings, ErasureSubject } from '../../store/erasure/erasure.ts';
import type { Store } from '../../store/open-store.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { parseDid } from '../parse-question.ts';
import { readSettings } from '../read-settings.ts';
import { visitStore } from '../visit-store.ts';

interface Options {
  readonly json?: boolean;
  readonly ani?: E164;
  readonly call?: string;
  /** The ids in the file. */
  readonly calls?: readonly string[];
  readonly note?: string;
  readonly dryRun?: boolean;
  readonly list?: boolean;
}

/** `tollgate erase`: takes what says who called out of settled calls, beside a running server. */
export function addErase(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'erase', {
    summary: 'erase a caller',
    about:
      'Erase a caller: number, name, place, notes and recordings go out of every settled call, for good, also while the ' +
      'server runs. Money, reports and the proof of the CDRs stay as they are. Keep --list with your backups: after an ' +
      'older one is restored, --calls erases the same calls again.',
    examples: [
      ['tollgate erase --ani +14155550199 --dry-run', 'what there is to erase'],
      ['tollgate erase --ani +14155550199 --note "Ticket 4711"', ''],
      ['tollgate erase --list > /backups/erased-calls.txt', 'which calls were erased, by their ids'],
      ['tollgate erase --calls /backups/erased-calls.txt', 'those among them that are here again'],
    ],
  })
    .option('--ani <number>', "the caller's number", parseDid)
    .option('--call <id>', 'one call, such as that of an anonymous caller')
    .option('--calls <file>', 'calls by their ids, one a line; those that are not here are left out', readIds)
    .option('--note <text>', 'why; it is kept, so it must not say who')
    .option('--dry-run', 'count, and change nothing')
    .option('--list', 'print the ids of all calls that were erased')
    .action(async (options: Options) => {
      const { json = false, note = null, dryRun = false, list = false } = options;
      const { TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
      checkOptions(options);
      const told = await visitStore(terminal, async (store): Promise<string> => {
        if (list) return describeList([...store.erasures.erasedCalls()], json);
        const { subject, absent } = subjectOf(options, store);
        if (dryRun) {
          const found = store.erasures.count(subject);
          return json ? JSON.stringify({ ...found, absent }) : describeFindings(found, absent);
        }
        const erasure = await erase(store, subject, note, dataDir);
        return json ? JSON.stringify({ ...erasure, absent }) : describeErasure(erasure, absent);
      });
      if (told !== '') terminal.out.write(`${told}\n`);
    });
}

/** @throws CliError `usage` where nobody is named, or twice */
function checkOptions({ ani, call, calls, list = false }: Options): void {
  const named = [ani, call, calls, list ? true : undefined].filter((each) => each !== undefined);
  if (named.length === 1) return;
  throw new CliError('usage', 'Name one of --ani, --call, --calls or --list.', EXIT.usage);
}

function subjectOf(
  { ani, call, calls }: Options,
  store: Store,
): { readonly subject: ErasureSubject; readonly absent: number } {
  if (ani !== undefined) return { subject: { about: 'caller', ani }, absent: 0 };
  if (call !== undefined) return { subject: { about: 'calls', callIds: [call as CallId] }, absent: 0 };
  const listed = (calls ?? []) as readonly CallId[];
  const absent = new Set(store.erasures.unknown(listed));
  return { subject: { about: 'calls', callIds: listed.filter((id) => !absent.has(id)) }, absent: absent.size };
}

const ACTOR = { keyId: 'cli', role: 'system' } as const;

/** How often it is tried to empty the write-ahead log, and the pause in between, in ms: readers are soon done. */
const SWEEPS = 50;
const SWEEP_AGAIN_MS = 100;

async function erase(store: Store, subject: ErasureSubject, note: string | null, dataDir: string): Promise<Erasure> {
  const files = new RecordingFiles({
    dataDir: resolve(dataDir),
    register: store.recordings,
    onTrouble: (_callId, error) => {
      throw error;
    },
  });
  const action = { actor: ACTOR, action: 'create', resource: 'erasures', resourceId: null };
  const erasure = await store.changes.run(
    (work) => store.audit.watch(action, work),
    () => store.erasures.erase({ subject, note, keyId: ACTOR.keyId }, (call) => files.removeFiles(call)),
  );
  for (let tries = 0; !(await store.erasures.sweep()); tries++) {
    if (tries === SWEEPS) {
      throw new CliError(
        'failed',
        'All is erased, but a reader keeps the write-ahead log: erase once more when it is done.',
      );
    }
    await pause(SWEEP_AGAIN_MS);
  }
  return erasure;
}

function describeList(ids: readonly CallId[], json: boolean): string {
  return json ? JSON.stringify(ids) : ids.join('\n');
}

function describeFindings({ calls, recordings, ...rest }: ErasureFindings, absent: number): string {
  return [`To erase: ${count(calls, 'call')}, ${count(recordings, 'recording')}.`, ...remarks(rest, absent)].join('\n');
}

function describeErasure({ id, callsErased, recordingsDeleted, ...rest }: Erasure, absent: number): string {
  const what = `${count(callsErased, 'call')}, ${count(recordingsDeleted, 'recording')}`;
  return [`Erased: ${what} (${id}).`, ...remarks(rest, absent)].join('\n');
}

function remarks({ openCalls, blocklisted }: Pick<Erasure, 'openCalls' | 'blocklisted'>, absent: number): string[] {
  return [
    ...(openCalls === 0 ? [] : [`${count(openCalls, 'call')} in progress: erase again once ended.`]),
    ...(blocklisted ? ['The blocklist holds the number: remove it there if it is to go, too.'] : []),
    ...(absent === 0 ? [] : [`${count(absent, 'call')} of the list ${absent === 1 ? 'is' : 'are'} not here.`]),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** @throws InvalidArgumentError where there is no such file */
function readIds(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
  } catch (error) {
    throw new InvalidArgumentError(`It can not be read: ${(error as Error).message}.`);
  }
}
