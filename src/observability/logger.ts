import { pino } from 'pino';
import type { Logger } from 'pino';

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

/** A logger of JSON lines on stdout, written at once: a line that a crash could lose is no evidence. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    redact: { paths: SECRETS, censor: '[secret]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
