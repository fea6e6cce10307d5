import { ratio } from './ratio.ts';

/** Answer-seizure ratio, 0…1: attempts answered ÷ attempts made; null where none was made. */
export function asr(answered: number, attempts: number): number | null {
  return ratio(answered, attempts);
}
