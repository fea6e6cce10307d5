import type { BuyerScreening } from '../../domain/call/dial-target.ts';
import type { AttemptId, PromptId } from '../../domain/ids.ts';
import type { CallMedia } from '../ports/call-media.ts';

/** Wrong keys after which somebody is taken not to want the call. */
const WRONG_KEYS = 3;

/**
 * Plays the whisper to whoever answered, and waits for the key that takes the call where there is one. Resolves with
 * whether they took it: no key in time is a no, a wrong one brings the whisper once more.
 */
export async function askBuyer(
  attemptId: AttemptId,
  { whisper, accept }: BuyerScreening,
  tools: {
    readonly media: Pick<CallMedia, 'play' | 'ask'>;
    readonly promptFile: (id: PromptId) => string | null;
  },
): Promise<boolean> {
  const path = whisper === null ? null : tools.promptFile(whisper);
  if (accept === null) {
    if (path !== null) await tools.media.play(attemptId, { kind: 'file', path });
    return true;
  }
  const sound = path === null ? ({ kind: 'beep' } as const) : ({ kind: 'file', path } as const);
  for (let asked = 1; asked <= WRONG_KEYS; asked++) {
    const key = await tools.media.ask(attemptId, { sound, maxDigits: 1, timeoutMs: accept.timeoutS * 1_000 });
    if (key === accept.digit) return true;
    if (key === '') return false;
  }
  return false;
}
