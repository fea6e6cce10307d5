import { Type } from 'typebox';

import type { CallPhase } from '../../domain/call/call-state.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId, TrunkId } from '../../domain/ids.ts';
import { choiceField, exampleId, idField, isoField, nullable } from '../schemas/fields.ts';
import { listQuery } from '../schemas/page.ts';

const PHASES = [
  'screening',
  'ivr',
  'announcement',
  'voicemail',
  'routing',
  'dialing',
  'ringing',
  'earlyMedia',
  'connected',
  'ending',
  'ended',
] as const satisfies readonly CallPhase[];

const state = choiceField(PHASES, 'How far it has got.');
const campaignId = idField<CampaignId>('cmp_', 'Its campaign.');
const buyerId = idField<BuyerId>('byr_', 'The buyer who is rung or talks; null before any is.');

export const liveCallsQuery = listQuery({
  state: Type.Optional(state),
  campaignId: Type.Optional(campaignId),
  buyerId: Type.Optional(buyerId),
});

/** A call in progress. */
export const liveCall = Type.Object({
  id: idField<CallId>('call_', 'The id its record has, too.'),
  state,
  did: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'The DID dialled; null for none of ours.' }),
  ani: Type.String({ description: "The caller's number in E.164, or `anonymous`." }),
  trunkId: idField<TrunkId>('trk_', 'The trunk it came by.'),
  campaignId: nullable(campaignId),
  publisherId: nullable(idField<PublisherId>('pub_', 'Who produced it.')),
  buyerId: nullable(buyerId),
  destinationId: nullable(idField<DestinationId>('dst_', 'What is rung or talks.')),
  routeId: nullable(idField<RouteId>('rte_', 'The route it took.')),
  receivedAt: isoField('When its INVITE came.'),
  connectedAt: nullable(isoField('Since when the two can talk.')),
});

export const LIVE_CALL_EXAMPLE = {
  id: exampleId('call_'),
  state: 'connected',
  did: '+14155550100',
  ani: '+14155550199',
  trunkId: exampleId('trk_'),
  campaignId: exampleId('cmp_'),
  publisherId: exampleId('pub_'),
  buyerId: exampleId('byr_'),
  destinationId: exampleId('dst_'),
  routeId: exampleId('rte_'),
  receivedAt: '2026-11-21T14:03:05.123Z',
  connectedAt: '2026-11-21T14:03:13.870Z',
};

/** What is answered to a hangup: the call is on its way to its end. */
export const hangingUp = Type.Object({ id: liveCall.properties.id, state });
