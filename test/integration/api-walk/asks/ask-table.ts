import type { Ask, WalkStage } from '../walk-stage.ts';

/** Sees to what must be there first, and says what to ask then. */
export type HowToAsk = (stage: WalkStage) => Ask | Promise<Ask>;

/**
 * By operation, the ways in which it does what it is for: together all statuses and content types of success that it
 * documents, and all content types that it takes. Where one will do, the first is taken.
 */
export type AskTable = Readonly<Record<string, readonly HowToAsk[]>>;

/** A change, as JSON and as the merge patch that it is. */
export function asPatch(how: HowToAsk): readonly HowToAsk[] {
  const headers = { 'content-type': 'application/merge-patch+json' };
  return [how, async (stage) => ({ ...(await how(stage)), headers })];
}
