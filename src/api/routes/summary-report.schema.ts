import { Type } from 'typebox';

import { OUTCOMES } from '../../domain/call/cdr.ts';
import type { BuyerId, CampaignId, DestinationId, PublisherId } from '../../domain/ids.ts';
import { SUMMARY_GROUPS, type SummaryRow } from '../../reporting/summarize.ts';
import type { Figures } from '../../reporting/tally.ts';
import { choiceField, exampleId, idField, STRICT } from '../schemas/fields.ts';
import { moment } from './statements.schema.ts';

/** A zone for local days, UTC where absent. Whether there is such a zone is for `readLocalSpan` to say. */
export const timezoneOfDays = (description: string) =>
  Type.String({ minLength: 1, maxLength: 64, default: 'UTC', description, examples: ['America/New_York'] });

export const summaryQuery = Type.Object(
  {
    from: moment('Received on or after this date, or instant; from the first call where absent.'),
    to: moment('Received before this date, or instant; up to now where absent.'),
    timezone: timezoneOfDays('IANA time zone of days and hours, and of the dates in `from` and `to`.'),
    groupBy: choiceField(SUMMARY_GROUPS, 'What there is a row for each of.', { default: 'day' }),
    campaignId: Type.Optional(idField<CampaignId>('cmp_', 'Calls to this campaign alone.')),
    buyerId: Type.Optional(idField<BuyerId>('byr_', 'Calls that connected to this buyer alone.')),
    destinationId: Type.Optional(idField<DestinationId>('dst_', 'Calls that connected to this destination alone.')),
    publisherId: Type.Optional(idField<PublisherId>('pub_', 'Calls of this publisher alone.')),
    did: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Calls to this DID alone.', examples: ['+14155550100'] }),
    ),
    outcome: Type.Optional(choiceField(OUTCOMES, 'Calls that ended so alone.')),
    state: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Calls from this US state, territory or Canadian province alone, by its two letters.',
        examples: ['CA'],
      }),
    ),
  },
  STRICT,
);

const whole = (description: string) => Type.Integer({ description });
const orNull = (type: 'number' | 'integer', description: string) =>
  Type.Unsafe<number | null>({ type: [type, 'null'], description });

/** What a number of calls came to. */
export const figures = {
  calls: whole('Settled calls.'),
  connected: whole('Those in which caller and buyer could talk.'),
  billable: whole("Those a buyer owes for now; with a publisher's key, those it earns for."),
  conversionRate: orNull('number', 'Billable ÷ calls; null without calls.'),
  asr: orNull('number', 'Answered ÷ attempts; null without attempts.'),
  acdS: orNull('number', 'Talk ÷ answered, in seconds; null where nobody answered.'),
  talkS: Type.Number({ description: 'Conversation, in seconds.' }),
  pddP50Ms: orNull('integer', 'Post-dial delay that half of the attempts stayed within, in milliseconds.'),
  pddP95Ms: orNull('integer', 'Post-dial delay that 95 percent of the attempts stayed within, in milliseconds.'),
  chargeMicros: orNull('integer', 'What buyers owe for these calls now, in micros.'),
  payoutMicros: orNull('integer', 'What publishers earn by them now, in micros.'),
  profitMicros: orNull('integer', 'Charge less payout, in micros.'),
};

/** What a summary is answered as. */
export const summaryAnswer = Type.Object({
  data: Type.Array(
    Type.Object({
      key: Type.Unsafe<SummaryRow['key']>({
        type: ['string', 'integer', 'null'],
        description:
          'A day `2026-11-01`, an hour `2026-11-01T01:00:00-04:00`, an hour of the week 0 to 167 from Monday, an id, a ' +
          'number, an outcome or a state; null for calls with none.',
      }),
      ...figures,
    }),
  ),
  total: Type.Object(figures, { description: 'All rows together. Percentiles are over all their attempts.' }),
});

const FIGURES_EXAMPLE: Figures = {
  calls: 120,
  connected: 102,
  billable: 96,
  conversionRate: 0.8,
  asr: 0.75,
  acdS: 214.5,
  talkS: 21_879,
  pddP50Ms: 840,
  pddP95Ms: 2_310,
  chargeMicros: 4_320_000_000,
  payoutMicros: 2_700_000_000,
  profitMicros: 1_620_000_000,
};

export const SUMMARY_ROW_EXAMPLE: SummaryRow = { key: exampleId('cmp_'), ...FIGURES_EXAMPLE };

export const SUMMARY_EXAMPLE = { data: [SUMMARY_ROW_EXAMPLE], total: FIGURES_EXAMPLE };
