import { destination, pino } from 'pino';
import type { Logger } from 'pino';
import { maskNumbers } from './mask-numbers.ts';

export type { Logger } from 'pino';

/** Paths that hold secrets wherever an object with them is logged. */
const SECRETS = [
  'secret',
  'password',
  'authorization',
  '*.secret',
  '*.password',
  '*.authorization',
  'req.headers.authorization',
];

/**
 * A logger of JSON lines on stdout, written at once: a line that a crash could lose is no evidence.
 *
 * @param numbers whether telephone numbers stand in it as they are
 */
export function createLogger(level: string, numbers: 'full' | 'masked'): Logger {
  const stdout = destination({ dest: 1, sync: true });
  const masking = { write: (line: string) => stdout.write(maskNumbers(line)) };
  return pino(
    {
      level,
      base: null,
      redact: { paths: SECRETS, censor: '[secret]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    numbers === 'masked' ? masking : stdout,
  );
}
