import type { Clock } from '../calls/ports/clock.ts';
import { AppError } from '../domain/app-error.ts';

/** How long a call of a media server may take, by which clock. */
export interface Patience {
  readonly clock: Clock;
  readonly limitMs: number;
}

/**
 * Settles as `work` does, or rejects with AppError `media-failed` once the limit has passed. What `work` brings after
 * that goes to `tooLate`, to be given back.
 */
export function within<T>(
  { clock, limitMs }: Patience,
  what: string,
  work: Promise<T>,
  tooLate: (brought: T) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let inTime = true;
    const timer = clock.startTimer(limitMs, () => {
      inTime = false;
      reject(new AppError('media-failed', `The media server took more than ${limitMs / 1_000} s ${what}.`));
    });
    work.then(
      (brought) => {
        timer.stop();
        return inTime ? resolve(brought) : tooLate(brought);
      },
      (error: unknown) => {
        timer.stop();
        reject(error);
      },
    );
  });
}

/** As `within`, and what `work` rejects with becomes an AppError `media-failed` too, unless it is an AppError already. */
export async function callServer<T>(
  patience: Patience,
  what: string,
  work: Promise<T>,
  tooLate?: (brought: T) => void,
): Promise<T> {
  try {
    return await within(patience, what, work, tooLate);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError('media-failed', `The media server failed ${what}: ${why}`, { cause: error });
  }
}
