import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';

import type { FeedEvent } from '../../calls/call-feed.ts';
import { AppError } from '../../domain/app-error.ts';
import { EventStream, readPlace, type EventView } from '../event-stream.ts';
import { holderOf, type KeyHolder } from '../holder.ts';
import { showOwnChange } from '../own-calls.ts';
import type { ApiDeps } from '../ports.ts';
import { faultsOpenToAll } from '../schemas/responses.ts';
import { EVENTS_EXAMPLE, eventsQuery } from './events.schema.ts';

/** Streams at once, and of them of one key: no key can shut out the others. */
const MOST_STREAMS = 100;
const MOST_OF_A_KEY = 20;

/** Proxies close what is silent for a minute, some for half of one. */
const BEAT_EVERY_MS = 15_000;

/** Long enough for a stream that nobody reads to be noticed. */
const RETRY_AFTER_S = 30;

const DESCRIPTION = `Server-Sent Events (\`text/event-stream\`), as they happen, for as long as you listen.

- \`call.received\`, \`call.moved\`, \`call.connected\`, \`call.ended\`: \`{type, at, call}\`, with the call as \`/v1/live-calls\`
  has it, right after the change.
- \`call.settled\`: \`{type, at, call}\`, once its record is written, with its outcome and verdicts.
- \`counters\`: \`{type, at, counters: {calls, byState}}\`, once a second at most, when they changed.
- \`resync\`: \`{reason, read}\`, at the beginning, where what you had last is not remembered any more: read what it names anew.

Every event has an id. A client that comes back says the last one as Last-Event-ID and gets all that it missed, of the last
10 000 events. Connect first and read \`/v1/live-calls\` then, so that nothing falls between the two. A client that reads too
slowly is cut off, and may come back like that. Keys of buyers and publishers get the events of their own calls, their own
side of them, a buyer from the moment it is connected, and no counters.`;

/** `/events`: what goes on, as it goes on. */
export function registerEvents(app: FastifyInstance, { feed, keys }: Pick<ApiDeps, 'feed' | 'keys'>): void {
  const bootId = randomBytes(8).toString('hex');
  const streams = new Map<EventStream<FeedEvent>, KeyHolder>();
  const beats = setInterval(() => {
    for (const [stream, { id }] of streams) {
      if (keys.isWorking(id)) stream.beat();
      else stream.end();
    }
  }, BEAT_EVERY_MS);
  beats.unref();
  // At once where it is revoked here; of one that the command line revokes, the next beat knows.
  keys.onRevoked((revoked) => {
    for (const [stream, { id }] of streams) if (id === revoked) stream.end();
  });
  app.addHook('preClose', (done) => {
    clearInterval(beats);
    for (const stream of streams.keys()) stream.end();
    done();
  });

  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/events',
    {
      schema: {
        tags: ['live-calls'],
        operationId: 'followEvents',
        summary: 'Follow what goes on',
        description: DESCRIPTION,
        querystring: eventsQuery,
        response: {
          200: {
            description: 'Events, until either side closes.',
            content: {
              'text/event-stream': { schema: Type.Unsafe<unknown>({ type: 'string' }), example: EVENTS_EXAMPLE },
            },
          },
          ...faultsOpenToAll('too-many-streams'),
        },
      },
      config: { access: 'calls:own' },
    },
    (request, reply) => {
      const holder = holderOf(request);
      const ofKey = [...streams.values()].filter(({ id }) => id === holder.id).length;
      if (streams.size >= MOST_STREAMS || ofKey >= MOST_OF_A_KEY) {
        void reply.header('retry-after', RETRY_AFTER_S);
        const whose = ofKey >= MOST_OF_A_KEY ? `Your key follows ${ofKey} streams` : `${streams.size} streams are open`;
        throw new AppError('too-many-streams', `${whose}: close one, or come back in ${RETRY_AFTER_S} s.`);
      }
      // Proxies are asked neither to keep, nor to change, nor to hold back what passes.
      void reply.type('text/event-stream; charset=utf-8').headers({
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      });
      if (request.method === 'HEAD') return reply.send('');
      const { lastEventId, ...filters } = request.query;
      const header = request.headers['last-event-id'];
      const last = typeof header === 'string' ? header : lastEventId;
      const from = last === undefined ? undefined : readPlace(last);
      const stream = new EventStream({ ring: feed.ring, bootId, from, view: viewOf(holder, filters) });
      streams.set(stream, holder);
      stream.once('close', () => streams.delete(stream));
      return reply.send(stream);
    },
  );
}

/** What a key is shown of the feed. */
function viewOf(
  holder: KeyHolder,
  { types, campaignId }: { readonly types?: string | undefined; readonly campaignId?: string | undefined },
): EventView<FeedEvent> {
  const wanted = types === undefined ? null : new Set(types.split(','));
  const isParty = holder.role.includes(':');
  return {
    resync: { reason: 'not-remembered', read: isParty ? '/v1/calls' : '/v1/live-calls' },
    show(event) {
      const { type } = event;
      if (wanted !== null && !wanted.has(type)) return undefined;
      if (event.type === 'counters') return isParty || campaignId !== undefined ? undefined : { type, data: event };
      if (campaignId !== undefined && event.call.campaignId !== campaignId) return undefined;
      const call = showOwnChange(event.call, holder);
      return call && { type, data: { ...event, call } };
    },
  };
}
