import { Type, type TOptional, type TUnsafe } from 'typebox';

import { DISPOSITIONS, type Disposition, type ReviewAction } from '../../domain/call/disposition.ts';
import type { DestinationId, PromptId } from '../../domain/ids.ts';
import { choiceField, idField, integerField, microsField, STRICT, textField } from '../schemas/fields.ts';
import { ivrField } from './ivr.schema.ts';

const DAY_S = 86_400;

const minTalkS = (description: string) => integerField(`${description} In seconds.`, [0, DAY_S], { examples: [60] });

const prompt = (description: string) =>
  Type.Optional(idField<PromptId>('prm_', `${description} Needs a media server.`));

/** What a client writes of a campaign. */
export const campaignFields = Type.Object(
  {
    name: textField('What you call it.', 'Roofing, California'),
    vertical: Type.Optional(textField('The trade.', 'roofing')),
    status: choiceField(['live', 'test', 'paused'], '`test` routes but never bills; `paused` takes no calls.', {
      default: 'live',
    }),
    minTalkS: integerField('Shortest conversation that is billable, in seconds.', [0, DAY_S], { default: 0 }),
    priceMicros: microsField(
      'What the buyer owes for a billable call, where its route says nothing else.',
      45_000_000,
      {
        default: 0,
      },
    ),
    tiers: Type.Array(
      Type.Object(
        {
          minTalkS: minTalkS('The conversation that reaches this tier.'),
          priceMicros: microsField('What such a call costs instead.', 60_000_000),
        },
        STRICT,
      ),
      {
        default: [],
        maxItems: 20,
        description: 'What longer calls cost: the highest tier reached replaces the price. Ascending and distinct.',
      },
    ),
    duplicates: Type.Object(
      {
        windowDays: integerField("Whole days from the earlier call's connect; 0 turns the rule off.", [0, 3_650], {
          default: 0,
        }),
        scope: choiceField(['campaign', 'buyer', 'all'], 'Where the earlier call counts.', { default: 'campaign' }),
        trigger: choiceField(['connected', 'billable'], 'What the earlier call must have been.', {
          default: 'billable',
        }),
        routing: choiceField(
          ['allow', 'exclude-destination', 'reject'],
          'Whether a repeated caller is routed as any other, past the destination they know, or not at all.',
          { default: 'allow' },
        ),
      },
      { ...STRICT, default: {}, description: 'When a caller counts as one already sold.' },
    ),
    order: choiceField(
      ['weight', 'price', 'expected-revenue'],
      'How routes of equal priority are ordered: by weighted chance, by price, or by price times how often it is earned.',
      { default: 'weight' },
    ),
    simultaneous: Type.Boolean({ default: false, description: "Ring a priority's destinations all at once." }),
    maxAttempts: integerField('Most destinations dialled for one call.', [1, 50], { default: 5 }),
    setupBudgetS: integerField("Seconds from the caller's INVITE to an answer, all attempts together.", [1, 600], {
      default: 90,
    }),
    media: choiceField(
      ['auto', 'anchored', 'direct'],
      'Whether audio passes through a media server (`anchored`, which needs one) or between the two parties.',
      { default: 'auto' },
    ),
    record: Type.Boolean({ default: false, description: 'Record conversations. Needs a media server.' }),
    recordingRetentionDays: Type.Optional(
      integerField('Whole days that recordings are kept; absent for as long as there is room.', [1, 3_650], {
        examples: [90],
      }),
    ),
    prompts: Type.Object(
      {
        greeting: prompt('Played before routing.'),
        consent: prompt('Played before recording.'),
        afterHours: prompt('Played when all are closed.'),
        noRoute: prompt('Played when nobody serves the caller.'),
        ringback: prompt('Played while destinations ring.'),
      },
      { ...STRICT, default: {}, description: 'What callers hear, by prompt id.' },
    ),
    ivr: Type.Optional(ivrField),
    afterHours: Type.Object(
      {
        action: choiceField(
          ['reject', 'hangup', 'voicemail', 'forward'],
          'What callers get when every route that serves them is closed: a busy line, a prompt, a place to leave a message, or another destination.',
          { default: 'reject' },
        ),
        promptId: prompt('Of hangup and voicemail: played first.'),
        destinationId: Type.Optional(idField<DestinationId>('dst_', 'Of forward: where the call goes.')),
        billable: Type.Optional(
          Type.Boolean({ description: 'Of forward: whether such calls are billed as any other; false where absent.' }),
        ),
      },
      { ...STRICT, default: {}, description: 'What happens when all are closed.' },
    ),
    voicemailMaxS: integerField('Longest message a caller may leave, in seconds.', [5, 600], { default: 120 }),
    screening: Type.Object(
      {
        anonymous: choiceField(['allow', 'reject'], 'Callers who hide their number.', { default: 'allow' }),
        minAttestation: Type.Optional(
          choiceField(['A', 'B', 'C'], 'STIR/SHAKEN level a call must reach where its trunk passes one.'),
        ),
        maxCallsPerAniPerHour: Type.Optional(
          integerField('Most calls of one number to this campaign in an hour.', [1, 10_000], { examples: [5] }),
        ),
      },
      { ...STRICT, default: {}, description: 'Which callers are refused before any ringing.' },
    ),
    reviewRules: Type.Optional(
      Type.Object(
        Object.fromEntries(
          DISPOSITIONS.map((value) => [
            value,
            Type.Optional(choiceField(['propose-refund'], 'Propose to refund calls of which this is said.')),
          ]),
        ) as Record<Disposition, TOptional<TUnsafe<ReviewAction>>>,
        { ...STRICT, description: 'What is proposed when a call is given a disposition; a person confirms it.' },
      ),
    ),
    maxCallS: integerField('Longest conversation, in seconds.', [10, DAY_S], { default: 7_200 }),
  },
  STRICT,
);
