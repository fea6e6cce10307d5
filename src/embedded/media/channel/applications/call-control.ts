import { NO_RESPONSE, type ApplicationCall } from '../application.ts';
import { readHangupCause } from '../hangup-cause.ts';

/** How long a digit sounds where nobody says: 2000 samples. */
const DIGIT_MS = 250;

/** `answer` and `pre_answer`: a call is answered before anything can be run on it. */
export const answer = (): string => NO_RESPONSE;

/** `hangup [<cause>]`. */
export function hangup({ channel, argument }: ApplicationCall): string {
  channel.hangup(readHangupCause(argument) ?? 'NORMAL_CLEARING');
  return NO_RESPONSE;
}

/** `park`: nothing, until the call goes elsewhere. */
export async function park({ signal }: ApplicationCall): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  return NO_RESPONSE;
}

/** `send_dtmf <digits>[@<ms>]`: resolves once they are on their way to the peer. */
export function sendDtmf({ channel, argument }: ApplicationCall): string {
  const asked = readDigits(argument);
  if (asked === undefined)
    return `-ERR ${argument}: write digits 0-9 * # A-D (w and W wait), and @<ms> for their length`;
  void channel.port.sendDigits(asked.digits, asked.durationMs);
  return NO_RESPONSE;
}

/** Reads `<digits>[@<ms>]`; undefined where there is a character that is none. */
export function readDigits(text: string): { readonly digits: string; readonly durationMs: number } | undefined {
  const [, digits, ms] = /^([0-9*#A-DwW]+)(?:@(\d{1,5}))?$/.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  return { digits, durationMs: ms === undefined ? DIGIT_MS : Number(ms) };
}
