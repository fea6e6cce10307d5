import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, preValidationHookHandler } from 'fastify';
import { Type, type Static } from 'typebox';

import type { WebhookId } from '../../domain/ids.ts';
import type { Webhook } from '../../domain/webhooks/webhook.ts';
import type { MadeWebhook, WrittenWebhook } from '../../store/webhooks/webhook-store.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { mergePatch } from '../merge-patch.ts';
import { JSON_TYPES } from '../plugins/body-parser.ts';
import { markSecret } from '../plugins/privacy.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { ifMatchHeader } from '../schemas/if-match.ts';
import { listQuery, noQuery, pageOf } from '../schemas/page.ts';
import { patchSchema } from '../schemas/resource.ts';
import { BODY_FAULTS, emptyResponse, faults, jsonResponse } from '../schemas/responses.ts';
import { compilePatchValidator, createValidator, invalid } from '../validation/validator.ts';
import { idParams } from './describe-collection.ts';
import {
  madeWebhook,
  PINGED_EXAMPLE,
  pinged,
  rotationFields,
  webhook,
  WEBHOOK_EXAMPLE,
  webhookFields,
} from './webhooks.schema.ts';

const SECRET_EXAMPLE = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** `/webhooks`: where events are posted to. */
export function registerWebhooks(
  app: FastifyInstance,
  { webhooks, pingWebhook, webhookUrlProblem }: Pick<ApiDeps, 'webhooks' | 'pingWebhook' | 'webhookUrlProblem'>,
): void {
  app.addSchema(webhook);
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const one = Type.Ref('Webhook#');
  const etag = { ETag: 'The revision, for If-Match.' };
  const tags = ['webhooks'];
  const ofOne = { tags, params: idParams('whk_'), querystring: noQuery };
  const config = { access: 'webhooks:manage' } as const;
  const read = { access: 'webhooks:read' } as const;
  const validate = createValidator(webhookFields);

  typed.post(
    '/webhooks',
    {
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        description:
          'Events are posted as Standard Webhooks has it, signed with `secret`; one that is made here is in the answer, ' +
          'and nowhere else ever again.',
        querystring: noQuery,
        body: withExample(webhookFields, { url: WEBHOOK_EXAMPLE.url, events: WEBHOOK_EXAMPLE.events }),
        response: {
          201: jsonResponse(
            'Created.',
            madeWebhook,
            { ...WEBHOOK_EXAMPLE, secret: SECRET_EXAMPLE },
            { ...etag, Location: 'Where it is now.' },
          ),
          ...faults('wrong-state', ...BODY_FAULTS),
        },
      },
      config,
    },
    async (request, reply) => {
      const made = await webhooks.create(checked(request.body));
      return answer(reply.code(201).header('location', `/v1/webhooks/${made.id}`), made);
    },
  );

  typed.get(
    '/webhooks',
    {
      schema: {
        tags,
        operationId: 'listWebhooks',
        summary: 'List webhooks',
        description: 'In order of creation.',
        querystring: listQuery({}),
        response: {
          200: jsonResponse('One page.', pageOf(one), { data: [WEBHOOK_EXAMPLE], nextCursor: null }),
          ...faults(),
        },
      },
      config: read,
    },
    ({ query: { limit, cursor } }) => webhooks.list({ limit, ...(cursor === undefined ? {} : { cursor }) }),
  );

  typed.get(
    '/webhooks/:id',
    {
      schema: {
        ...ofOne,
        operationId: 'readWebhook',
        summary: 'Read a webhook',
        response: { 200: jsonResponse('As it is now.', one, WEBHOOK_EXAMPLE, etag), ...faults('not-found') },
      },
      config: read,
    },
    async (request, reply) => answer(reply, await webhooks.get(request.params.id)),
  );

  typed.patch(
    '/webhooks/:id',
    {
      schema: {
        ...ofOne,
        operationId: 'changeWebhook',
        summary: 'Change a webhook',
        description:
          'A JSON merge patch (RFC 7396). A new `secret` is a rotation: for 24 hours posts are signed with the one before, ' +
          'too. `enabled: true` switches one on again that was switched off for failing.',
        headers: ifMatchHeader,
        consumes: JSON_TYPES,
        body: { ...patchSchema(webhookFields), examples: [{ enabled: true }] },
        response: {
          200: jsonResponse('Changed.', one, WEBHOOK_EXAMPLE, etag),
          ...faults('not-found', 'version-conflict', ...BODY_FAULTS),
        },
      },
      config,
      validatorCompiler: compilePatchValidator,
    },
    async (request, reply) => {
      const changed = await webhooks.change(request.params.id, (current) => {
        requireMatch(request.headers['if-match'], current.revision);
        const validated = validate(mergePatch(writable(current), withSecretKept(request.body)));
        if (!validated.ok) throw validated.error;
        return checked(validated.value);
      });
      return answer(reply, changed);
    },
  );

  typed.delete(
    '/webhooks/:id',
    {
      schema: {
        ...ofOne,
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook',
        description: 'With its delivery log. What still waits is not sent.',
        headers: ifMatchHeader,
        response: { 204: emptyResponse('Deleted.'), ...faults('not-found', 'version-conflict', ...BODY_FAULTS) },
      },
      config,
    },
    async (request, reply) => {
      await webhooks.remove(request.params.id, ({ revision }) => requireMatch(request.headers['if-match'], revision));
      return reply.code(204).send();
    },
  );

  typed.post(
    '/webhooks/:id/rotate-secret',
    {
      schema: {
        ...ofOne,
        operationId: 'rotateWebhookSecret',
        summary: 'Give a webhook another secret',
        description:
          'One of yours, or one made here, which is in the answer and nowhere else ever again. For 24 hours each post has ' +
          'two signatures, one by either secret, so that receivers can change over at their leisure.',
        body: withExample(rotationFields, {}),
        response: {
          200: jsonResponse('Rotated.', madeWebhook, { ...WEBHOOK_EXAMPLE, revision: 2, secret: SECRET_EXAMPLE }, etag),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config,
      preValidation: bodyMayBeAbsent,
    },
    async (request, reply) => answer(reply, await webhooks.rotateSecret(request.params.id, request.body.secret)),
  );

  typed.post(
    '/webhooks/:id/test',
    {
      schema: {
        ...ofOne,
        operationId: 'testWebhook',
        summary: 'Try a webhook out',
        description:
          'Posts an event of type `ping`, once and now, whether the webhook is switched on or off, and says what came back. ' +
          'It is in no log but the audit log.',
        response: {
          200: jsonResponse('What came back.', pinged, PINGED_EXAMPLE),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config,
    },
    async (request) => {
      const { eventId, status, error, tookMs, answerStart } = await pingWebhook(request.params.id as WebhookId);
      return { eventId, delivered: error === null, status, error, tookMs, answerStart };
    },
  );

  /** @throws AppError `invalid` for a URL that may not be posted to */
  function checked(fields: Static<typeof webhookFields>): WrittenWebhook {
    const message = webhookUrlProblem(fields.url);
    if (message !== undefined) throw invalid([{ path: '/url', message }]);
    return fields;
  }
}

/** A rotation to a secret made here has nothing to say. */
const bodyMayBeAbsent: preValidationHookHandler = (request, _reply, done) => {
  request.body ??= {};
  done();
};

function writable({ url, events, description, enabled }: Webhook): object {
  return { url, events, enabled, ...(description === undefined ? {} : { description }) };
}

/** @throws AppError `invalid` where the patch would remove the secret: there always is one */
function withSecretKept(patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || !('secret' in patch) || patch.secret !== null) return patch;
  throw invalid([{ path: '/secret', message: 'It can be replaced and not removed: leave it out to keep it.' }]);
}

function answer(reply: FastifyReply, webhook: MadeWebhook): MadeWebhook {
  void reply.header('etag', etagOf(webhook.revision));
  // With a secret in it, the answer is for nobody on the way to keep.
  if (webhook.secret !== undefined) markSecret(reply);
  return webhook;
}
