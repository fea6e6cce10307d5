import * as fc from 'fast-check';

import { ID_PREFIX } from '../../src/domain/ids.ts';
import type { Json } from './api.ts';

/** Texts that one format or another could take for something else. */
const TRICKY = [
  '=1+1',
  '+cmd',
  '-x',
  '- x',
  '-5',
  '@a',
  "'=x",
  "''+",
  "'tis",
  'a,b',
  'say "x"',
  ' padded ',
  'null',
  'true',
  'NO',
  '~',
  '1e3',
  '0x1F',
  '.inf',
  '09:00',
  '2026-01-01',
  '# x',
  'x # y',
  'x: y',
  '{a: b}',
  '[x]',
  '*a',
  '&a',
  '!t',
  '%x',
  '|',
  '>',
  '? x',
  '<<',
  '***',
  'Müller & Söhne',
  '東京 ☎',
  '👩‍👩‍👧',
  'a\u2028b',
  'a\u0085b',
  'a\u00a0',
  '\ufeffx',
  '"',
  '""',
  "'",
  ',',
  ';',
];

/** One line of text as the API takes it: no control characters, no half of a surrogate pair, something that shows. */
const name = fc
  .oneof(fc.constantFrom(...TRICKY), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }))
  .filter((text) => /^(?=.*\S)[^\x00-\x1f\x7f]+$/.test(text));

const micros = fc.integer({ min: 0, max: 1_000_000_000_000_000 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const caps = fc.record(
  {
    concurrent: fc.integer({ min: 1, max: 1_000 }),
    daily: fc.integer({ min: 1, max: 1_000 }),
    mode: fc.constantFrom('strict', 'soft'),
  },
  { requiredKeys: [] },
);

const trunk = fc.record({
  name,
  sources: fc.subarray(['192.0.2.0/24', '2001:db8::/32']),
  gateways: fc.array(fc.record({ uri: fc.constantFrom('sip:gw.example', 'sip:[2001:db8::1]:5070') }), { maxLength: 2 }),
  maxCps: optional(fc.integer({ min: 1, max: 10 })),
  allowedPrefixes: optional(fc.constant(['+1', '+44'])),
  enabled: fc.boolean(),
});

const publisher = fc.record({
  name,
  payout: fc.oneof(
    fc.record({ kind: fc.constant('fixed'), amountMicros: micros }),
    fc.record({ kind: fc.constant('percent'), percent: fc.constantFrom(0, 33.33, 62.5, 100), minTalkS: fc.nat(600) }),
  ),
  caps,
});

const buyer = fc.record({
  name,
  timezone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
  status: fc.constantFrom('active', 'paused'),
  caps,
  creditLimitMicros: optional(micros),
  prepaid: fc.boolean(),
});

const area = fc.record({
  name,
  include: fc.subarray([
    { npa: '415' },
    { zip: '02134' },
    { prefix: '+1415' },
    { radius: { zip: '94107', miles: 0.5 } },
  ]),
  exclude: fc.subarray([{ country: 'NO' }, { zipPrefix: '100' }]),
  acceptInferred: fc.boolean(),
});

const schedule = fc.record({
  name,
  timezone: fc.constantFrom('America/Los_Angeles', 'UTC'),
  weekly: fc.constantFrom({ mon: [['09:00', '17:00']] }, { tue: [], sun: [['22:00', '02:00']] }),
  exceptions: fc.subarray([
    { date: '2026-12-24', windows: [['09:00', '12:00']] },
    { date: '2026-12-31', closed: true },
  ]),
  holidays: optional(fc.constant('US')),
});

const blocklistEntry = fc.record({
  match: fc.constantFrom('+1', '+1415', '+14155550100'),
  reason: optional(name),
  expiresAt: optional(fc.constantFrom('2027-01-01T00:00:00.000Z', '2027-06-01T12:00:00.500Z')),
});

const campaign = fc.record({
  name,
  vertical: optional(name),
  status: fc.constantFrom('live', 'test', 'paused'),
  minTalkS: fc.constantFrom(0, 60),
  priceMicros: fc.nat(100_000_000),
  tiers: fc.subarray([{ minTalkS: 300, priceMicros: 60_000_000 }]),
  order: fc.constantFrom('weight', 'price'),
  afterHours: fc.constantFrom(
    { action: 'reject' },
    { action: 'hangup', promptId: 'prm_default-after-hours' },
    { action: 'forward', destinationId: idOf(ID_PREFIX.destination, 0), billable: true },
  ),
  record: fc.boolean(),
  prompts: fc.constantFrom({}, { greeting: 'prm_default-greeting' }),
  ivr: fc.constantFrom(undefined, {
    start: 'ask',
    steps: {
      ask: {
        type: 'menu',
        prompt: 'prm_default-menu',
        choices: { '2': 'roof', '*': 'zip code', '1': 'end' },
        onFail: 'end',
      },
      'zip code': { type: 'collect', prompt: 'prm_default-enter-zip', next: 'end', onFail: 'end' },
      roof: { type: 'set', category: 'roof', next: 'end' },
      end: { type: 'route' },
    },
  }),
  screening: fc.record({ anonymous: fc.constantFrom('allow', 'reject'), minAttestation: optional(fc.constant('A')) }),
  reviewRules: fc.constantFrom(undefined, {}, { spam: 'propose-refund' }),
});

/** What of another collection something may name, as a position in it that is there whatever its length. */
const which = fc.nat(1_000);

const destination = fc.record({
  whisper: fc.constantFrom(undefined, 'prm_default-whisper'),
  acceptDigit: fc.constantFrom(undefined, '#', '1'),
  name,
  caps,
  ringTimeoutS: fc.integer({ min: 1, max: 120 }),
  buyer: which,
});
const did = fc.record({ campaign: which, publisher: optional(which), label: optional(name), enabled: fc.boolean() });
const route = fc.record({
  campaign: which,
  destination: which,
  area: optional(which),
  schedule: optional(which),
  publishers: optional(fc.uniqueArray(fc.nat(1), { minLength: 1, maxLength: 2 })),
  categories: fc.constantFrom(undefined, ['roof'], ['roof', 'gutters']),
  priority: fc.nat(5),
  weight: fc.integer({ min: 1, max: 1_000 }),
  priceMicros: optional(micros),
  caps,
  enabled: fc.boolean(),
});

const some = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { minLength: 2, maxLength: 4 });

/**
 * Plans as a file has them, whole, with ids of their own and references that lead somewhere: whatever an operator may
 * have configured, under names that are hard to write.
 */
export const plans: fc.Arbitrary<Json> = fc
  .record({
    trunks: some(trunk),
    publishers: some(publisher),
    buyers: some(buyer),
    areas: some(area),
    schedules: some(schedule),
    blocklist: some(blocklistEntry),
    destinations: some(destination),
    campaigns: some(campaign),
    dids: some(did),
    routes: some(route),
  })
  .map(({ destinations, dids, routes, ...plain }) => {
    const pick = (all: readonly object[], prefix: string, at: number) => idOf(prefix, at % all.length);
    const ids = {
      buyer: (at: number) => pick(plain.buyers, ID_PREFIX.buyer, at),
      campaign: (at: number) => pick(plain.campaigns, ID_PREFIX.campaign, at),
      publisher: (at: number) => pick(plain.publishers, ID_PREFIX.publisher, at),
      destination: (at: number) => pick(destinations, ID_PREFIX.destination, at),
      area: (at: number) => pick(plain.areas, ID_PREFIX.area, at),
      schedule: (at: number) => pick(plain.schedules, ID_PREFIX.schedule, at),
    };
    return JSON.parse(
      JSON.stringify({
        ...Object.fromEntries(
          Object.entries(plain).map(([kind, items]) => [kind, withIds(PREFIXES[kind] ?? '', items)]),
        ),
        destinations: withIds(
          ID_PREFIX.destination,
          destinations.map(({ buyer, ...rest }) => ({
            ...rest,
            buyerId: ids.buyer(buyer),
            uri: 'sip:desk@pbx.example',
          })),
        ),
        dids: withIds(
          ID_PREFIX.did,
          dids.map(({ campaign, publisher, ...rest }, index) => ({
            ...rest,
            number: `+1415555010${index}`,
            campaignId: ids.campaign(campaign),
            ...(publisher === undefined ? {} : { publisherId: ids.publisher(publisher) }),
          })),
        ),
        routes: withIds(
          ID_PREFIX.route,
          routes.map(({ campaign, destination, area, schedule, publishers, categories, ...rest }) => ({
            ...rest,
            // Only an IVR sets what a route could take.
            ...(plain.campaigns[campaign % plain.campaigns.length]?.ivr === undefined ? {} : { categories }),
            campaignId: ids.campaign(campaign),
            destinationId: ids.destination(destination),
            ...(area === undefined ? {} : { areaId: ids.area(area) }),
            ...(schedule === undefined ? {} : { scheduleId: ids.schedule(schedule) }),
            ...(publishers === undefined ? {} : { acceptedPublisherIds: publishers.map(ids.publisher) }),
          })),
        ),
      }),
    );
  });

const PREFIXES: Readonly<Record<string, string>> = {
  trunks: ID_PREFIX.trunk,
  publishers: ID_PREFIX.publisher,
  buyers: ID_PREFIX.buyer,
  areas: ID_PREFIX.area,
  schedules: ID_PREFIX.schedule,
  blocklist: ID_PREFIX.blocklistEntry,
  campaigns: ID_PREFIX.campaign,
};

function withIds(prefix: string, items: readonly object[]): readonly object[] {
  return items.map((item, at) => ({ id: idOf(prefix, at), ...item }));
}

function idOf(prefix: string, at: number): string {
  return `${prefix}01JD6Z5V8QK3M4N7P9R2S5T8W${at}`;
}
