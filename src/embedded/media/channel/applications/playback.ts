import { NO_RESPONSE, type ApplicationCall } from '../application.ts';
import { pause } from '../pause.ts';
import { playFile } from './play-file.ts';

/** Silence between two files of one playback. */
const BETWEEN_FILES_MS = 250;

/**
 * `playback <file>`: plays a file, or several with the `playback_delimiter` between them, until the end, a digit of
 * `playback_terminators`, or `playback_timeout_sec`. The answer is what became of the last.
 */
export const playback = (call: ApplicationCall): Promise<string> => playAll(call, filesOf(call), false);

/** `endless_playback <file>`: the same file over and over. */
export const endlessPlayback = (call: ApplicationCall): Promise<string> => playAll(call, [call.argument], true);

/** `loop_playback [+<times>] <file>`: so often, or without end. */
export function loopPlayback(call: ApplicationCall): Promise<string> {
  const [, times, file = ''] = /^(?:\+(\d+) )?(.*)$/s.exec(call.argument) ?? [];
  if (times === undefined) return playAll(call, [file], true);
  return playAll(
    call,
    Array.from({ length: Math.min(Number(times), MAX_TIMES) }, () => file),
    false,
  );
}

const MAX_TIMES = 10_000;

/** `sleep <ms>`. */
export async function sleep(call: ApplicationCall): Promise<string> {
  const ms = Number.parseInt(call.argument, 10);
  if (ms > 0) await call.step((signal) => pause(ms, signal));
  return NO_RESPONSE;
}

function filesOf({ argument, channel }: ApplicationCall): string[] {
  const delimiter = channel.variables.get('playback_delimiter');
  return delimiter === undefined ? [argument] : argument.split(delimiter).filter((file) => file !== '');
}

async function playAll(call: ApplicationCall, files: readonly string[], endless: boolean): Promise<string> {
  const { channel } = call;
  const over = new AbortController();
  const timeoutS = channel.variables.positive('playback_timeout_sec');
  const deadline = timeoutS === undefined ? undefined : setTimeout(() => over.abort(), timeoutS * 1000);
  const stopListening = listenForTerminators(call, () => over.abort());
  let response = 'FILE NOT FOUND';
  try {
    for (const [index, file] of files.entries()) {
      if (index > 0) await pause(BETWEEN_FILES_MS, AbortSignal.any([call.signal, over.signal]));
      if (call.signal.aborted || over.signal.aborted) break;
      const played = await call.step((signal) =>
        playFile(call, file, { endless, signal: AbortSignal.any([signal, over.signal]) }),
      );
      response = played === null ? 'FILE NOT FOUND' : 'FILE PLAYED';
      if (played !== null && played.end !== 'finished') break;
    }
  } finally {
    clearTimeout(deadline);
    stopListening();
  }
  return response;
}

/** Listens for the digits that end a playback; where there are none, digits are left to whoever listens already. */
export function listenForTerminators({ channel }: ApplicationCall, onTerminator: () => void): () => void {
  const terminators = terminatorsOf(channel.variables.get('playback_terminators'));
  channel.setVariable('playback_terminator_used', '');
  if (terminators === '') return () => undefined;
  return channel.keypad.listen((digit) => {
    if (!terminators.includes(digit)) return;
    channel.setVariable('playback_terminator_used', digit);
    onTerminator();
  });
}

/** As FreeSWITCH reads the variable: `none`, `any`, or the digits themselves; `*` where it isn't set. */
function terminatorsOf(value: string | undefined): string {
  if (value === undefined) return '*';
  if (value === 'none') return '';
  return value === 'any' ? '0123456789*#ABCD' : value;
}
