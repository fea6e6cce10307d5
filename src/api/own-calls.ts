import type { SettledCall } from '../calls/call-feed.ts';
import type { LiveCall } from '../calls/live-calls.ts';
import { AppError } from '../domain/app-error.ts';
import { ERASED } from '../domain/numbers/e164.ts';
import type { CallFilters, CallRecord } from '../store/calls/call-queries.ts';
import { ownIdOf, type KeyHolder } from './holder.ts';

/** Who sees a call: the house all of it, a party its own side. */
type Viewer =
  | { readonly kind: 'house' }
  | { readonly kind: 'buyer'; readonly field: 'buyerId'; readonly id: string }
  | { readonly kind: 'publisher'; readonly field: 'publisherId'; readonly id: string };

type Field = keyof CallRecord;

/** What both sides of a call may know: that it came, how it went, how long it was. */
const SHARED: readonly Field[] = [
  'id',
  'did',
  'dnis',
  'campaignId',
  'receivedAt',
  'screenedAt',
  'answeredAt',
  'connectedAt',
  'endedAt',
  'setupMs',
  'pddMs',
  'ringMs',
  'ivrMs',
  'talkMs',
  'outcome',
  'sipStatus',
  'hangupBy',
  'hangupCause',
  'attestation',
  'estimated',
  'disposition',
  'erasedAt',
];

/** Named one by one, so that a field that is new is hidden until somebody decides otherwise. */
const SEEN: Readonly<Record<'buyer' | 'publisher', ReadonlySet<Field>>> = {
  buyer: new Set([
    ...SHARED,
    'ani',
    'callerName',
    'location',
    'buyerId',
    'destinationId',
    'routeId',
    'buyerVerdict',
    'recordingId',
  ]),
  publisher: new Set([...SHARED, 'publisherId', 'publisherVerdict']),
};

/** Filters that would tell, by what they find, what is hidden. */
const FILTERS_HIDDEN: Readonly<Record<'buyer' | 'publisher', readonly (keyof CallFilters)[]>> = {
  buyer: ['publisherId', 'trunkId'],
  publisher: ['ani', 'buyerId', 'destinationId', 'routeId', 'trunkId', 'billable'],
};

/** Whether this key sees calls as they are: `showCall` changes nothing for it. */
export function seesWholeCalls(holder: KeyHolder): boolean {
  return viewerOf(holder).kind === 'house';
}

/**
 * A call as this key may see it; what it may not is null, or an empty list. The decision is the house's alone: it names
 * everybody who might have had the call and what they would have paid. So are the hashes, which are over the whole.
 */
export function showCall(call: CallRecord, holder: KeyHolder): object {
  const viewer = viewerOf(holder);
  if (viewer.kind === 'house') return call;
  const { kind } = viewer;
  const side = Object.fromEntries(
    Object.entries(call).map(([field, value]) => [field, SEEN[kind].has(field as Field) ? value : null]),
  );
  const adjustments = call.adjustments.filter(({ party }) => party === kind);
  const verdicts = { buyer: null, publisher: null, [kind]: call.currentVerdicts[kind] };
  // What a buyer's customer spent is that buyer's own business.
  const conversions = call.conversions.filter(({ reporter }) => reporter === `${kind}:${viewer.id}`);
  const shared = { ...side, adjustments, currentVerdicts: verdicts, conversions };
  if (kind === 'buyer') return { ...shared, terms: termsOfBuyer(call), attempts: attemptsOfBuyer(call) };
  const { ani, location } = call;
  return { ...shared, ani: hideCaller(ani), location: regionOf(location), terms: termsOfPublisher(call), attempts: [] };
}

/**
 * A call as it goes, as this key may see it; undefined where it may not. A buyer has a call once it is connected: one
 * that rang and went to another is that one's.
 */
export function showOwnChange(call: LiveCall | SettledCall, holder: KeyHolder): object | undefined {
  const viewer = viewerOf(holder);
  if (viewer.kind === 'house') return call;
  if (call[viewer.field] !== viewer.id || (viewer.kind === 'buyer' && call.connectedAt === null)) return undefined;
  const { kind } = viewer;
  const side = Object.fromEntries(
    Object.entries(call).map(([field, value]) => [
      field,
      field === 'state' || SEEN[kind].has(field as Field) ? value : null,
    ]),
  );
  return kind === 'buyer' ? side : { ...side, ani: hideCaller(call.ani) };
}

/**
 * The filters with which this key's list of calls is read: whatever else it asks for, its own alone.
 *
 * @throws AppError `forbidden` for the calls of another party, or for a filter by what the key may not see
 */
export function ownFilters(filters: CallFilters, holder: KeyHolder): CallFilters {
  const viewer = viewerOf(holder);
  if (viewer.kind === 'house') return filters;
  const hidden = FILTERS_HIDDEN[viewer.kind].filter((name) => filters[name] !== undefined);
  if (hidden.length > 0) throw new AppError('forbidden', `Your key may not filter calls by ${hidden.join(', ')}.`);
  if ((filters[viewer.field] ?? viewer.id) !== viewer.id) throw notYours(viewer.id);
  return { ...filters, [viewer.field]: viewer.id };
}

/**
 * The call that was looked up, if this key may see it. A party is told the same of the calls of others and of none.
 *
 * @throws AppError `forbidden`, and for the house `not-found`
 */
export function requireOwn(call: CallRecord | undefined, id: string, holder: KeyHolder): CallRecord {
  const viewer = viewerOf(holder);
  if (viewer.kind !== 'house' && call?.[viewer.field] !== viewer.id) throw notYours(viewer.id);
  if (call === undefined) throw new AppError('not-found', `There is no call ${id}.`);
  return call;
}

/** A caller's number for those who may not call back: enough to tell calls apart. */
export function hideCaller(ani: string): string {
  return ani === 'anonymous' || ani === ERASED ? ani : `***${ani.slice(-4)}`;
}

/** Where the caller is, without the digits of the number that `hideCaller` hides, and no nearer than the state. */
function regionOf(location: CallRecord['location']): CallRecord['location'] {
  return location && { ...location, zip: null, npaNxx: null };
}

function viewerOf(holder: KeyHolder): Viewer {
  const buyerId = ownIdOf(holder, 'buyer');
  if (buyerId !== undefined) return { kind: 'buyer', field: 'buyerId', id: buyerId };
  const publisherId = ownIdOf(holder, 'publisher');
  if (publisherId !== undefined) return { kind: 'publisher', field: 'publisherId', id: publisherId };
  return { kind: 'house' };
}

function notYours(own: string): AppError {
  return new AppError('forbidden', `Your key is for ${own}: it opens no calls but that one's.`);
}

/** What it costs, without what the publisher gets of it. */
function termsOfBuyer({ terms }: CallRecord): object | null {
  if (terms === null) return null;
  const { priceMicros, minTalkS, tiers, duplicates, test } = terms;
  return { priceMicros, minTalkS, tiers, duplicates, test, payout: null };
}

/** What it pays, without what the buyer gives for it. */
function termsOfPublisher({ terms }: CallRecord): object | null {
  return terms === null ? null : { payout: terms.payout, test: terms.test };
}

/** The attempts at the destination that took the call: the others may be another buyer's. Gateways are the house's. */
function attemptsOfBuyer({ attempts, destinationId }: CallRecord): object[] {
  return attempts
    .filter((attempt) => attempt.destinationId === destinationId)
    .map((attempt) => ({ ...attempt, gateway: null }));
}
