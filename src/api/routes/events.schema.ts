import { Type } from 'typebox';

import { FEED_TYPES } from '../../calls/call-feed.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { idField, STRICT } from '../schemas/fields.ts';
import { LIVE_CALL_EXAMPLE } from './live-calls.schema.ts';

const TYPE = `(?:${FEED_TYPES.map((type) => type.replace('.', '\\.')).join('|')})`;

export const eventsQuery = Type.Object(
  {
    types: Type.Optional(
      Type.String({
        maxLength: 200,
        pattern: `^${TYPE}(?:,${TYPE})*$`,
        'x-expects': `Write types with commas between, of ${FEED_TYPES.join(', ')}.`,
        description: `Only these, with commas between: ${FEED_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
        examples: ['call.connected,call.settled'],
      }),
    ),
    campaignId: Type.Optional(
      idField<CampaignId>('cmp_', "Only this campaign's calls, and no `counters`, which are of all calls."),
    ),
    lastEventId: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'As the header Last-Event-ID, which is heeded before it, for clients that can set none.',
        examples: ['5f0c9a1be2d34477-1041'],
      }),
    ),
  },
  STRICT,
);

const exampleData = JSON.stringify({
  type: 'call.connected',
  at: LIVE_CALL_EXAMPLE.connectedAt,
  call: LIVE_CALL_EXAMPLE,
});

/** What a stream looks like. */
export const EVENTS_EXAMPLE = [
  'retry: 2000\nid: 5f0c9a1be2d34477-1041\n\n',
  `event: call.connected\nid: 5f0c9a1be2d34477-1042\ndata: ${exampleData}\n\n`,
  ': still here\nid: 5f0c9a1be2d34477-1042\n\n',
].join('');
