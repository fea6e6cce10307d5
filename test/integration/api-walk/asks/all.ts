import { ACCESS } from './access.ts';
import type { AskTable } from './ask-table.ts';
import { CALLS } from './calls.ts';
import { CARRIERS_AND_CALLERS, OFFERS, ROUTING } from './collections.ts';
import { LIVE } from './live.ts';
import { MONEY } from './money.ts';
import { PROMPTS_AND_PLANS } from './prompts-and-plans.ts';
import { WEBHOOKS } from './webhooks.ts';

/** Every operation there is, by what it is about. */
export const ASKS: Readonly<Record<string, AskTable>> = {
  'carriers and callers': CARRIERS_AND_CALLERS,
  offers: OFFERS,
  routing: ROUTING,
  'prompts and plans': PROMPTS_AND_PLANS,
  calls: CALLS,
  'what is live': LIVE,
  money: MONEY,
  webhooks: WEBHOOKS,
  access: ACCESS,
};
