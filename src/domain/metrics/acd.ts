import { ratio } from './ratio.ts';

/** Average call duration in seconds: talk time ÷ answered calls, ringing not counted; null where none was answered. */
export function acdS(talkMs: number, answered: number): number | null {
  return ratio(talkMs / 1000, answered);
}
