import { Type, type TProperties } from 'typebox';

import { OUTCOMES } from '../../domain/call/cdr.ts';
import { DISPOSITIONS } from '../../domain/call/disposition.ts';
import { VERDICT_REASONS } from '../../domain/billing/verdict.ts';
import type {
  BuyerId,
  CallId,
  CampaignId,
  DestinationId,
  PublisherId,
  RecordingId,
  RouteId,
  TrunkId,
} from '../../domain/ids.ts';
import { choiceField, exampleId, idField, isoField, nullable } from '../schemas/fields.ts';
import { listQuery } from '../schemas/page.ts';
import { ADJUSTMENT_EXAMPLE } from './adjustments.schema.ts';
import { CONVERSION_EXAMPLE } from './conversions.schema.ts';
import { callerLocation, routeDecision, ROUTE_DECISION_EXAMPLE } from './route-decision.schema.ts';
import { spanFilters } from './time-span.ts';

const text = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });
const instant = (description: string) => nullable(isoField(description));
const whole = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const objectOrNull = (properties: TProperties, description: string) =>
  Type.Unsafe<object | null>({ ...Type.Object(properties), type: ['object', 'null'], description });

const campaignId = idField<CampaignId>('cmp_', 'Its campaign.');
const publisherId = idField<PublisherId>('pub_', 'Who produced it.');
const buyerId = idField<BuyerId>('byr_', 'Whom it connected to.');
const destinationId = idField<DestinationId>('dst_', 'The destination it connected to.');
const routeId = idField<RouteId>('rte_', 'The route it connected by.');
const trunkId = idField<TrunkId>('trk_', 'The trunk it came by.');
const outcome = choiceField(OUTCOMES, 'How it ended.');
const number = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 64, description, examples: ['+14155550199'] }));

export const callsQuery = listQuery({
  campaignId: Type.Optional(campaignId),
  buyerId: Type.Optional(buyerId),
  destinationId: Type.Optional(destinationId),
  publisherId: Type.Optional(publisherId),
  routeId: Type.Optional(routeId),
  trunkId: Type.Optional(trunkId),
  did: number('The DID dialled.'),
  ani: number("The caller's number, whole, or `anonymous`, or `erased`."),
  outcome: Type.Optional(outcome),
  state: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Where the caller is.', examples: ['CA'] }),
  ),
  estimated: Type.Optional(Type.Boolean({ description: 'Whether its end was inferred after a crash, not seen.' })),
  disposition: Type.Optional(choiceField(DISPOSITIONS, 'What was said of it last.')),
  reviewed: Type.Optional(Type.Boolean({ description: 'Whether anybody has said anything of it, or adjusted it.' })),
  billable: Type.Optional(Type.Boolean({ description: "Whether the buyer's verdict is billable." })),
  ...spanFilters('Received'),
});

const terms = objectOrNull(
  {
    priceMicros: Type.Integer({ description: 'In micros.' }),
    minTalkS: Type.Integer({ description: 'In seconds.' }),
    tiers: Type.Array(Type.Object({ minTalkS: Type.Integer(), priceMicros: Type.Integer() })),
    duplicates: Type.Object({
      windowDays: Type.Integer(),
      scope: Type.String(),
      trigger: Type.String(),
      routing: Type.String(),
    }),
    test: Type.Boolean({ description: 'The campaign was in test: nothing is billed.' }),
    payout: objectOrNull(
      {
        kind: Type.String(),
        amountMicros: Type.Optional(Type.Integer()),
        percent: Type.Optional(Type.Number()),
        minTalkS: Type.Optional(Type.Integer()),
      },
      'What the publisher earns.',
    ),
  },
  'What the call is worth, frozen when its route was chosen.',
);

const verdict = (description: string) =>
  objectOrNull(
    {
      billable: Type.Boolean(),
      reason: choiceField(VERDICT_REASONS, 'The one reason.'),
      amountMicros: Type.Integer({ description: 'In micros.' }),
      duplicateOfCallId: Type.Optional(idField<CallId>('call_', 'The earlier call.')),
    },
    description,
  );

const attempt = Type.Object({
  seq: Type.Integer({ minimum: 1, description: 'In the order dialled.' }),
  routeId,
  destinationId,
  gateway: text('Where the INVITE went, `host:port`.'),
  startedAt: isoField('When the INVITE went.'),
  ringingAt: instant('First 18x.'),
  answeredAt: instant('The 2xx.'),
  endedAt: instant('Its end.'),
  pddMs: whole('INVITE to first 18x or final, in milliseconds.'),
  sipStatus: whole('Its final status.'),
  hangupCause: text('The cause given.'),
  reason: text('Why it did not connect.'),
});

/** The one record of a call. Null means unknown, or that it never happened. */
export const callRecord = Type.Object(
  {
    id: idField<CallId>('call_', 'Given when its INVITE came.'),
    did: text('The DID dialled; null for none of ours.'),
    dnis: Type.String({ description: 'The number dialled, as received.' }),
    ani: Type.String({
      description: "The caller's number in E.164, or `anonymous`; `erased` once the caller was erased.",
    }),
    callerName: text('The name that came with it.'),
    trunkId,
    campaignId: nullable(campaignId),
    publisherId: nullable(publisherId),
    receivedAt: isoField('When its INVITE came.'),
    screenedAt: instant('When it was screened.'),
    answeredAt: instant("When the caller's INVITE was answered."),
    connectedAt: instant('Since when the two could talk.'),
    endedAt: instant('Its end; null while the call is open.'),
    setupMs: whole("From the caller's INVITE to the first INVITE to a destination, in milliseconds."),
    pddMs: whole('From that INVITE to its first 18x or final, in milliseconds.'),
    ringMs: whole('First 18x to connect or end, in milliseconds.'),
    ivrMs: whole('Time in the IVR, in milliseconds.'),
    talkMs: Type.Integer({ minimum: 0, description: 'Conversation, in milliseconds: what is billed.' }),
    outcome: nullable(outcome),
    sipStatus: whole('The final status that the caller saw.'),
    hangupBy: nullable(choiceField(['caller', 'buyer', 'system'], 'Who ended it.')),
    hangupCause: text('The cause given.'),
    buyerId: nullable(buyerId),
    destinationId: nullable(destinationId),
    routeId: nullable(routeId),
    location: Type.Unsafe<object | null>({
      ...callerLocation,
      type: ['object', 'null'],
      description: 'Where the caller is.',
    }),
    attestation: nullable(choiceField(['A', 'B', 'C'], 'STIR/SHAKEN level, where the trunk passed one.')),
    terms,
    buyerVerdict: verdict('What the buyer owes.'),
    publisherVerdict: verdict('What the publisher earns.'),
    estimated: Type.Boolean({ description: 'The end was inferred after a crash, not seen.' }),
    recordingId: nullable(idField<RecordingId>('rec_', 'Its recording.')),
    disposition: nullable(choiceField(DISPOSITIONS, 'What was said of it last; no part of what is hashed.')),
    adjustments: Type.Array(Type.Ref('Adjustment#'), {
      description: 'What people decided about its money, in that order; no part of what is hashed.',
    }),
    currentVerdicts: Type.Object(
      { buyer: verdict('What the buyer owes now.'), publisher: verdict('What the publisher earns now.') },
      {
        description: 'The two verdicts, and `adjusted` where a person changed one since; no part of what is hashed.',
      },
    ),
    conversions: Type.Array(Type.Ref('Conversion#'), {
      description: 'What was reported of it afterwards, in that order; no part of what is hashed.',
    }),
    erasedAt: instant('When what says who called was erased; no part of what is hashed.'),
    attempts: Type.Array(attempt),
    decision: Type.Unsafe<object | null>({ ...routeDecision, type: ['object', 'null'] }),
    hash: text('What binds it into the chain, `prevHash` included (docs/billing.md); null while the call is open.'),
    prevHash: text('The hash of the record before.'),
  },
  { $id: 'Call', description: 'The one record of a call, its attempts and its verdicts.' },
);

const verdictExample = { billable: true, reason: 'billable', amountMicros: 45_000_000 };

export const CALL_EXAMPLE = {
  id: exampleId('call_'),
  did: '+14155550100',
  dnis: '4155550100',
  ani: '+14155550199',
  callerName: null,
  trunkId: exampleId('trk_'),
  campaignId: exampleId('cmp_'),
  publisherId: exampleId('pub_'),
  receivedAt: '2026-11-21T14:03:05.123Z',
  screenedAt: '2026-11-21T14:03:05.126Z',
  answeredAt: '2026-11-21T14:03:13.870Z',
  connectedAt: '2026-11-21T14:03:13.870Z',
  endedAt: '2026-11-21T14:08:31.042Z',
  setupMs: 6,
  pddMs: 840,
  ringMs: 7_901,
  ivrMs: null,
  talkMs: 317_172,
  outcome: 'connected',
  sipStatus: 200,
  hangupBy: 'caller',
  hangupCause: 'normal',
  buyerId: exampleId('byr_'),
  destinationId: exampleId('dst_'),
  routeId: exampleId('rte_'),
  location: ROUTE_DECISION_EXAMPLE.location,
  attestation: 'A',
  terms: {
    priceMicros: 45_000_000,
    minTalkS: 60,
    tiers: [],
    duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
    test: false,
    payout: { kind: 'percent', percent: 62.5 },
  },
  buyerVerdict: verdictExample,
  publisherVerdict: { ...verdictExample, amountMicros: 28_125_000 },
  estimated: false,
  recordingId: null,
  disposition: null,
  adjustments: [ADJUSTMENT_EXAMPLE],
  currentVerdicts: {
    buyer: { billable: true, reason: 'adjusted', amountMicros: 35_000_000 },
    publisher: { ...verdictExample, amountMicros: 28_125_000 },
  },
  conversions: [CONVERSION_EXAMPLE],
  erasedAt: null,
  attempts: [
    {
      seq: 1,
      routeId: exampleId('rte_'),
      destinationId: exampleId('dst_'),
      gateway: '198.51.100.20:5060',
      startedAt: '2026-11-21T14:03:05.129Z',
      ringingAt: '2026-11-21T14:03:05.969Z',
      answeredAt: '2026-11-21T14:03:13.870Z',
      endedAt: '2026-11-21T14:08:31.042Z',
      pddMs: 840,
      sipStatus: 200,
      hangupCause: 'normal',
      reason: null,
    },
  ],
  decision: ROUTE_DECISION_EXAMPLE,
  hash: '9f2c1b7d4e6a8035f1c2d3b4a59687706f5e4d3c2b1a09f8e7d6c5b4a3928170',
  prevHash: '07182930a4b5c6d7e8f90a1b2c3d4e5f60778695a4b3d2c1f53080a6e4d7b1c2',
};
