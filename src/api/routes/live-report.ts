import { setImmediate as nextTurn } from 'node:timers/promises';

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { CapUse } from '../../calls/cap-use.ts';
import type { LiveCall } from '../../calls/live-calls.ts';
import type { BuyerId, CampaignId } from '../../domain/ids.ts';
import { COUNTED_WINDOWS } from '../../domain/plan/caps.ts';
import { dayOf, midnightOf } from '../../domain/routing/calendar-day.ts';
import { timeZone } from '../../domain/routing/time-zone.ts';
import { toIso } from '../../domain/time.ts';
import { Tally, type Figures } from '../../reporting/tally.ts';
import type { Summary } from '../../reporting/summarize.ts';
import { holderOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import { choiceField, exampleId, idField, isoField, nullable, STRICT } from '../schemas/fields.ts';
import { faults, jsonResponse } from '../schemas/responses.ts';
import { readLocalSpan } from '../statements/local-span.ts';
import { askApart, textOf } from './answer-apart.ts';
import { figures, SUMMARY_EXAMPLE, timezoneOfDays } from './summary-report.schema.ts';

const counts = {
  live: Type.Record(Type.String(), Type.Integer({ minimum: 1 }), { description: 'Calls in progress, by state.' }),
  today: Type.Object(figures, { description: 'Settled calls received since `since`, as a summary counts them.' }),
};

const liveAnswer = Type.Object({
  at: isoField('When this was so.'),
  since: isoField("The zone's last midnight."),
  data: Type.Array(
    Type.Object({ campaignId: nullable(idField<CampaignId>('cmp_', 'Null for calls of no campaign.')), ...counts }),
    { description: 'Campaigns with calls in progress or today, calls of none first.' },
  ),
  total: Type.Object(counts, { description: 'All campaigns together.' }),
  caps: Type.Array(
    Type.Object({
      buyerId: idField<BuyerId>('byr_', 'Whose cap it is.'),
      cap: choiceField(['concurrent', ...COUNTED_WINDOWS, 'spend'], 'Which; `spend` is in micros.'),
      used: Type.Integer({ description: 'Calls, or micros of today, in the window that runs now in its zone.' }),
      limit: Type.Integer({ description: 'Where it is full.' }),
    }),
    { description: 'The caps of buyers to whom a route leads, as an admission would count now; the fullest first.' },
  ),
});

const { total: FIGURES_EXAMPLE } = SUMMARY_EXAMPLE;
const COUNTS_EXAMPLE = { live: { ringing: 1, connected: 3 }, today: FIGURES_EXAMPLE };
const EXAMPLE = {
  at: '2026-11-21T14:03:05.123Z',
  since: '2026-11-21T05:00:00.000Z',
  data: [{ campaignId: exampleId('cmp_'), ...COUNTS_EXAMPLE }],
  total: COUNTS_EXAMPLE,
  caps: [{ buyerId: exampleId('byr_'), cap: 'daily', used: 18, limit: 20 }],
};

/** `GET /reports/live`: what goes on now, and what today has come to, by campaign; and how full the buyers' caps are. */
export function registerLiveReport(
  app: FastifyInstance,
  { live, reader, capUse, clock }: Pick<ApiDeps, 'live' | 'reader' | 'capUse' | 'clock'>,
): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/reports/live',
    {
      schema: {
        tags: ['reports'],
        operationId: 'reportLive',
        summary: 'Calls now and today',
        description:
          'Calls in progress by campaign and state, what the calls of today have come to, and how full the caps of ' +
          'buyers are.',
        querystring: Type.Object({ timezone: timezoneOfDays('IANA time zone whose midnight today began at.') }, STRICT),
        response: { 200: jsonResponse('As it is now.', liveAnswer, EXAMPLE), ...faults('reads-unavailable') },
      },
      config: { access: 'calls:read' },
    },
    async (request, reply) => {
      const { timezone } = readLocalSpan({}, request.query.timezone);
      const at = clock.now().wall;
      const zone = timeZone(timezone);
      const since = zone.whenClockReaches(midnightOf(dayOf(zone.toLocal(at))));
      const query = { groupBy: 'campaign', timezone, from: since, to: null, filters: {}, side: 'house' } as const;
      const answer = await askApart(reader, reply, 'summary', { query, holder: holderOf(request), form: 'json' });
      const today = JSON.parse(await textOf(answer)) as Summary;
      const calls = live.list();
      return {
        at: toIso(at),
        since: toIso(since),
        data: byCampaign(calls, new Map(today.data.map(({ key, ...figures }) => [key, figures]))),
        total: { live: countStates(calls), today: today.total },
        caps: await fullestFirst(capUse()),
      };
    },
  );
}

function byCampaign(live: readonly LiveCall[], today: ReadonlyMap<unknown, Figures>): object[] {
  const liveOf = Map.groupBy(live, ({ campaignId }) => campaignId);
  const none = new Tally().figures();
  return [...new Set([...today.keys(), ...liveOf.keys()] as (CampaignId | null)[])]
    .sort((a, b) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : 1))
    .map((campaignId) => ({
      campaignId,
      live: countStates(liveOf.get(campaignId) ?? []),
      today: today.get(campaignId) ?? none,
    }));
}

function countStates(calls: readonly LiveCall[]): Record<string, number> {
  const byState = Map.groupBy(calls, ({ state }) => state);
  return Object.fromEntries([...byState].map(([state, ofState]) => [state, ofState.length]));
}

/** Caps read in one turn of the event loop: there may be thousands. */
const PER_TURN = 50;

async function fullestFirst(uses: Iterable<CapUse>): Promise<readonly CapUse[]> {
  const all: CapUse[] = [];
  for (const use of uses) {
    all.push(use);
    if (all.length % PER_TURN === 0) await nextTurn();
  }
  const fullness = ({ used, limit }: CapUse): number => (limit === 0 ? 1 : used / limit);
  return all.sort((a, b) => fullness(b) - fullness(a));
}
