import { Type } from 'typebox';

import { DELIVERY_STATUSES, DEATH_REASONS } from '../../store/webhooks/delivery.ts';
import { WEBHOOK_EVENTS } from '../../domain/webhooks/webhook-event.ts';
import { SECRET_PATTERN } from '../../domain/webhooks/webhook-secret.ts';
import {
  choiceField,
  exampleId,
  idField,
  instantField,
  isoField,
  nullable,
  STRICT,
  textField,
} from '../schemas/fields.ts';
import { listQuery } from '../schemas/page.ts';
import { CALL_EXAMPLE } from './calls.schema.ts';

const events = Type.Array(choiceField(WEBHOOK_EVENTS, 'One of them.'), {
  minItems: 1,
  maxItems: WEBHOOK_EVENTS.length,
  uniqueItems: true,
  'x-expects': 'Give one or more different events.',
  description: 'What it is told.',
  examples: [['call.settled']],
});

const secret = Type.String({
  maxLength: 100,
  pattern: SECRET_PATTERN,
  'x-expects': 'Write whsec_ and 24 to 64 random bytes in base64, or leave it out to have one made.',
  description: 'With what posts are signed. Never read back.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});

const fields = {
  url: Type.String({
    minLength: 1,
    maxLength: 2_000,
    description: 'Where to post: http or https, to a public address.',
    examples: ['https://example.com/hooks/calls'],
  }),
  events,
  description: Type.Optional(textField('What it is for.', 'The CRM')),
  enabled: Type.Boolean({ default: true, description: 'Off, nothing is sent to it, nor kept to be sent.' }),
};

/** What a client writes of a webhook. */
export const webhookFields = Type.Object({ ...fields, secret: Type.Optional(secret) }, STRICT);

/** What a client may say when it rotates the secret. */
export const rotationFields = Type.Object({ secret: Type.Optional(secret) }, STRICT);

/** A webhook as it is read, as a shared schema. */
export const webhook = Type.Object(
  {
    id: idField('whk_', 'Given at creation.'),
    ...fields,
    disabledReason: nullable(
      choiceField(['gone', 'failing'], 'Why it was switched off by itself: it answered 410, or failed for five days.'),
    ),
    disabledAt: nullable(isoField('When that was.')),
    failingSince: nullable(isoField('Since when nothing gets through; null while all is well.')),
    previousSecretUntil: nullable(isoField('Until when posts are signed with the secret before this one, too.')),
    createdAt: isoField('When it was created.'),
    updatedAt: isoField('When it was last changed.'),
    revision: Type.Integer({ minimum: 1, description: 'Grows by one with each change; the ETag.', examples: [1] }),
  },
  { $id: 'Webhook', description: 'Where events of calls are posted to.' },
);

/** A webhook whose secret was just made. */
export const madeWebhook = Type.Object({
  ...webhook.properties,
  secret: Type.Optional(Type.String({ description: 'Where it was made here: shown this once.' })),
});

export const WEBHOOK_EXAMPLE = {
  id: exampleId('whk_'),
  url: 'https://example.com/hooks/calls',
  events: ['call.settled', 'call.adjusted'],
  enabled: true,
  disabledReason: null,
  disabledAt: null,
  failingSince: null,
  previousSecretUntil: null,
  createdAt: '2026-11-21T14:03:05.123Z',
  updatedAt: '2026-11-21T14:03:05.123Z',
  revision: 1,
};

/** What came back of a test. */
export const pinged = Type.Object({
  eventId: idField('evt_', 'Of the event that was sent.'),
  delivered: Type.Boolean({ description: 'Whether the answer was a success (2xx).' }),
  status: nullable(Type.Integer({ description: 'What was answered.' })),
  error: nullable(Type.String({ description: 'What went wrong.' })),
  tookMs: Type.Integer({ description: 'How long it took, in milliseconds.' }),
  answerStart: nullable(Type.String({ description: "The first kilobyte of the answer's body." })),
});

export const PINGED_EXAMPLE = {
  eventId: exampleId('evt_'),
  delivered: false,
  status: 401,
  error: 'answered 401',
  tookMs: 87,
  answerStart: 'signature does not match',
};

export const deliveriesQuery = listQuery({
  status: Type.Optional(choiceField(DELIVERY_STATUSES, '`dead` are the dead letters.')),
});

const status = nullable(Type.Integer({ description: 'The status that was answered; null where nothing was.' }));
const error = nullable(Type.String({ description: 'What went wrong.' }));

/** One event on its way to one webhook, as a shared schema. */
export const delivery = Type.Object(
  {
    id: idField('dlv_', 'Of the delivery.'),
    webhookId: idField('whk_', 'Where it goes.'),
    eventId: idField('evt_', 'Of the event; also the `webhook-id` header. A replay has the same.'),
    type: choiceField(WEBHOOK_EVENTS, 'What happened.'),
    callId: idField('call_', 'To which call.'),
    status: choiceField(DELIVERY_STATUSES, '`pending` is tried again, `dead` was given up.'),
    reason: nullable(
      choiceField(DEATH_REASONS, 'Why it was given up: answered 410, three days went by, or too many were waiting.'),
    ),
    tries: Type.Integer({ minimum: 0, description: 'Posts made so far.' }),
    createdAt: isoField('Since when it is on its way.'),
    dueAt: nullable(isoField('When it is tried next.')),
    finishedAt: nullable(isoField('When it was delivered or given up.')),
    lastStatus: status,
    lastError: error,
  },
  { $id: 'WebhookDelivery', description: 'One event on its way to one webhook.' },
);

/** The same with every post, and what was posted. */
export const deliveryDetails = Type.Object({
  ...delivery.properties,
  posts: Type.Array(
    Type.Object({
      at: isoField('When it was over.'),
      tookMs: Type.Integer({ description: 'How long it took, in milliseconds.' }),
      status,
      error,
    }),
    { description: 'In the order made.' },
  ),
  event: Type.Object({}, { additionalProperties: true, description: 'The body that is posted.' }),
});

export const DELIVERY_EXAMPLE = {
  id: exampleId('dlv_'),
  webhookId: exampleId('whk_'),
  eventId: exampleId('evt_'),
  type: 'call.settled',
  callId: exampleId('call_'),
  status: 'pending',
  reason: null,
  tries: 1,
  createdAt: '2026-11-21T14:08:31.050Z',
  dueAt: '2026-11-21T14:08:34.412Z',
  finishedAt: null,
  lastStatus: 503,
  lastError: 'answered 503',
};

export const DELIVERY_DETAILS_EXAMPLE = {
  ...DELIVERY_EXAMPLE,
  posts: [{ at: '2026-11-21T14:08:31.212Z', tookMs: 160, status: 503, error: 'answered 503' }],
  event: {
    type: 'call.settled',
    id: exampleId('evt_'),
    apiVersion: 'v1',
    createdAt: '2026-11-21T14:08:31.050Z',
    data: { call: CALL_EXAMPLE },
  },
};

/** What to send again. */
export const replayFields = Type.Object(
  {
    from: instantField('Events at or after this instant.'),
    to: instantField('Events before this instant.'),
    events: Type.Optional(events),
  },
  STRICT,
);

export const replayed = Type.Object({
  deliveries: Type.Integer({ minimum: 0, description: 'How many were set on their way.' }),
  nextFrom: nullable(isoField('Where to go on: more than 2 000 events are not sent at a time.')),
});
