import { NO_RESPONSE, type ApplicationCall } from '../application.ts';
import { noSuch } from '../no-such.ts';
import { RecordingRefused } from '../recordings.ts';
import { splitArguments } from '../split-arguments.ts';
import { listenForTerminators } from './playback.ts';

/**
 * `record <path> [<time_limit_secs>] [<silence_thresh>] [<silence_hits>]`: what the peer says, until the limit, a digit
 * of `playback_terminators`, `uuid_break`, or so many seconds without anything louder than the threshold.
 */
export async function record(call: ApplicationCall): Promise<string> {
  const { channel } = call;
  const { path, numbers } = readArguments(call.argument);
  const [limitS = 0, quieterThan = 0, silenceS = 0] = numbers;
  const limitMs = limitS > 0 ? limitS * 1000 : null;
  const silence = quieterThan > 0 && silenceS > 0 ? { quieterThan, forMs: silenceS * 1000 } : undefined;
  try {
    const { recording, told } = await channel.recordings.start(path, { sides: 'peer', limitMs, silence });
    const stopListening = listenForTerminators(call, () => void recording.stop());
    await call.step(async (signal) => {
      const stop = (): void => void recording.stop();
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      await told;
      signal.removeEventListener('abort', stop);
    });
    stopListening();
    return NO_RESPONSE;
  } catch (error) {
    if (error instanceof RecordingRefused) return error.message;
    throw error;
  }
}

/** `record_session <path> [<limit_secs>]`: begins what `uuid_record` begins, and goes on at once. */
export async function recordSession({ channel, argument }: ApplicationCall): Promise<string> {
  const { path, numbers } = readArguments(argument);
  const refusal = await startSessionRecording(channel, path, numbers[0]);
  return refusal ?? NO_RESPONSE;
}

/** `stop_record_session <path>|all`. */
export async function stopRecordSession({ channel, argument }: ApplicationCall): Promise<string> {
  const { path } = readArguments(argument);
  if (path === 'all') await channel.recordings.stopAll();
  else await channel.recordings.stop(path);
  return NO_RESPONSE;
}

/**
 * Begins to record both sides of a channel, as RECORD_STEREO says, or its peer alone, as RECORD_READ_ONLY does; answers
 * why not, where it can't.
 */
export async function startSessionRecording(
  { variables, recordings }: Pick<ApplicationCall['channel'], 'variables' | 'recordings'>,
  path: string,
  limitS: number | undefined,
): Promise<string | undefined> {
  const isStereo = variables.isTrue('RECORD_STEREO');
  if (!isStereo && !variables.isTrue('RECORD_READ_ONLY')) {
    return noSuch('mixing both sides into one track (set RECORD_STEREO=true, or RECORD_READ_ONLY=true)', 'setting');
  }
  const limitMs = limitS === undefined || limitS <= 0 ? null : limitS * 1000;
  try {
    await recordings.start(path, { sides: isStereo ? 'both' : 'peer', limitMs });
    return undefined;
  } catch (error) {
    if (error instanceof RecordingRefused) return error.message;
    throw error;
  }
}

/** A path, in quotes where it holds spaces, and the numbers after it. */
function readArguments(text: string): { readonly path: string; readonly numbers: readonly number[] } {
  const [path = '', ...rest] = splitArguments(text);
  return { path, numbers: rest.map(Number).filter((number) => !Number.isNaN(number)) };
}
