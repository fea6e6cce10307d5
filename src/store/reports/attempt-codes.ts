import type { Brand } from '../../domain/brand.ts';
import type { Cdr } from '../../domain/call/cdr.ts';

/**
 * One attempt in a whole number: its PDD in milliseconds and one more, or 0 where the destination was silent, times 4;
 * 2 more where it was answered; 1 more where it went to the destination that took the call.
 */
export type AttemptCode = Brand<number, 'AttemptCode'>;

const ANSWERED = 2;
const OWN = 1;

/** A call's attempts as its row in `report_calls` has them: their codes with spaces between; empty for none. */
export function writeAttempts({ attempts, destinationId: taker }: Pick<Cdr, 'attempts' | 'destinationId'>): string {
  return attempts
    .map(({ pddMs, answeredAt, destinationId }) => {
      const delay = pddMs === null ? 0 : pddMs + 1;
      return delay * 4 + (answeredAt === null ? 0 : ANSWERED) + (destinationId === taker ? OWN : 0);
    })
    .join(' ');
}

/** Reads what `writeAttempts` wrote. */
export function readAttempts(text: string): readonly AttemptCode[] {
  if (text === '') return [];
  // A report may read a million of these, most of one attempt.
  const codes = text.includes(' ') ? text.split(' ').map(Number) : [Number(text)];
  return codes as AttemptCode[];
}

/** In milliseconds; null where the destination was silent. */
export function pddOf(code: AttemptCode): number | null {
  const delay = Math.floor(code / 4);
  return delay === 0 ? null : delay - 1;
}

export function isAnswered(code: AttemptCode): boolean {
  return (code & ANSWERED) !== 0;
}

/** Whether it went to the destination that took the call. */
export function isOwn(code: AttemptCode): boolean {
  return (code & OWN) !== 0;
}
