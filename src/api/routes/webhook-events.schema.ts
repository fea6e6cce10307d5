import { Type, type TProperties } from 'typebox';

import { EVENT_API_VERSION, type PING, type WebhookEventType } from '../../domain/webhooks/webhook-event.ts';
import { exampleId, idField, isoField } from '../schemas/fields.ts';
import { ADJUSTMENT_EXAMPLE } from './adjustments.schema.ts';
import { CALL_EXAMPLE } from './calls.schema.ts';

/** One kind of event: when it is sent, and what its `data` has. */
interface Told {
  readonly summary: string;
  readonly data: TProperties;
  readonly example: object;
}

const call = refer('Call');
const ofCall = { data: { call }, example: { call: CALL_EXAMPLE } };
const recording = Type.Object(
  { id: idField('rec_', 'Of the recording.'), durationMs: Type.Integer({ description: 'How long it is.' }) },
  { description: 'What can be fetched.' },
);

const TOLD: Readonly<Record<WebhookEventType | typeof PING, Told>> = {
  'call.received': { summary: 'A call was admitted, refused ones included', ...ofCall },
  'call.connected': { summary: 'The two parties of a call can talk', ...ofCall },
  'call.ended': { summary: 'A call is over, however it went', ...ofCall },
  'call.settled': { summary: 'The record of a call is sealed, with both verdicts', ...ofCall },
  'call.adjusted': {
    summary: 'A person changed what one side of a call comes to',
    data: { call, adjustment: refer('Adjustment') },
    example: { call: CALL_EXAMPLE, adjustment: ADJUSTMENT_EXAMPLE },
  },
  'recording.ready': {
    summary: 'The recording of a call can be fetched',
    data: { call, recording },
    example: { call: CALL_EXAMPLE, recording: { id: exampleId('rec_'), durationMs: 93_120 } },
  },
  ping: {
    summary: 'Somebody tries the webhook out',
    data: { webhookId: idField('whk_', 'The webhook itself.') },
    example: { webhookId: exampleId('whk_') },
  },
};

const SIGNED_WITH = [
  header('webhook-id', 'Of the event: the same at each try and each replay.', exampleId('evt_')),
  header('webhook-timestamp', 'When it is posted, in seconds since 1970.', '1795270111'),
  header(
    'webhook-signature',
    'One or two, with a space between them.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
];

/** What is posted to webhooks, by its type, as the `webhooks` of an OpenAPI 3.1 document (section 4.8.1). */
export const WEBHOOK_POSTS = Object.fromEntries(
  Object.entries(TOLD).map(([type, told]) => [type, { post: describePost(type, told) }]),
);

function describePost(type: string, { summary, data, example }: Told) {
  const schema = Type.Object({
    type: Type.Literal(type, { description: 'What happened.' }),
    id: idField('evt_', 'Of the event; also the `webhook-id` header.'),
    apiVersion: Type.Literal(EVENT_API_VERSION, { description: 'Fields are added to it, and none is taken away.' }),
    createdAt: isoField('When it happened.'),
    data: Type.Object(data, { description: 'What it is about, as it stood then.' }),
  });
  const event = {
    type,
    id: exampleId('evt_'),
    apiVersion: EVENT_API_VERSION,
    createdAt: '2026-11-21T14:08:31.050Z',
    data: example,
  };
  return {
    tags: ['webhooks'],
    operationId: `on${type.replaceAll(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    description: 'Signed as Standard Webhooks has it, and sent at least once: keep the id of what you have worked on.',
    parameters: SIGNED_WITH,
    requestBody: { required: true, content: { 'application/json': { schema, example: event } } },
    responses: {
      200: { description: 'Taken; any other 2xx says so, too. All else but 410 is tried again.' },
      410: { description: 'Wanted no more: the webhook is switched off.' },
    },
    security: [],
  };
}

function header(name: string, description: string, example: string) {
  return { name, in: 'header' as const, required: true, description, schema: { type: 'string' as const }, example };
}

/** A schema that the operations share, by its place in the document. */
function refer(name: string) {
  return Type.Unsafe<unknown>({ $ref: `#/components/schemas/${name}` });
}
