import type { Brand } from './brand.ts';

/** Prefixed ULIDs (`call_01J…`): sortable by creation, and the prefix says what they name. */
export type CallId = Brand<string, 'CallId'>;
export type AttemptId = Brand<string, 'AttemptId'>;
export type TrunkId = Brand<string, 'TrunkId'>;
export type DidId = Brand<string, 'DidId'>;
export type CampaignId = Brand<string, 'CampaignId'>;
export type PublisherId = Brand<string, 'PublisherId'>;
export type BuyerId = Brand<string, 'BuyerId'>;
export type DestinationId = Brand<string, 'DestinationId'>;
export type RouteId = Brand<string, 'RouteId'>;
export type AreaId = Brand<string, 'AreaId'>;
export type ScheduleId = Brand<string, 'ScheduleId'>;
export type PromptId = Brand<string, 'PromptId'>;
export type RecordingId = Brand<string, 'RecordingId'>;
export type WebhookId = Brand<string, 'WebhookId'>;
export type WebhookEventId = Brand<string, 'WebhookEventId'>;
export type DeliveryId = Brand<string, 'DeliveryId'>;
export type ConversionId = Brand<string, 'ConversionId'>;
export type ErasureId = Brand<string, 'ErasureId'>;

/** What each kind of id begins with, in the API and in the store. */
export const ID_PREFIX = {
  call: 'call_',
  attempt: 'att_',
  trunk: 'trk_',
  did: 'did_',
  campaign: 'cmp_',
  publisher: 'pub_',
  buyer: 'byr_',
  destination: 'dst_',
  route: 'rte_',
  area: 'area_',
  schedule: 'sch_',
  blocklistEntry: 'blk_',
  prompt: 'prm_',
  recording: 'rec_',
  posting: 'pst_',
  payment: 'pay_',
  adjustment: 'adj_',
  adjustmentProposal: 'prp_',
  apiKey: 'key_',
  auditEntry: 'aud_',
  webhook: 'whk_',
  webhookEvent: 'evt_',
  delivery: 'dlv_',
  conversion: 'cnv_',
  erasure: 'ers_',
} as const;
