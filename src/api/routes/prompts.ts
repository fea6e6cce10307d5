import multipart from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifySchemaCompiler } from 'fastify';
import { Type, type TSchema } from 'typebox';

import { AppError } from '../../domain/app-error.ts';
import type { StoredPrompt } from '../../store/prompts.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { mergePatch } from '../merge-patch.ts';
import { JSON_TYPES } from '../plugins/body-parser.ts';
import type { ApiDeps } from '../ports.ts';
import { FORM_OPTIONS, readPromptUpload, type PromptUpload } from '../prompt-upload.ts';
import { ifMatchHeader } from '../schemas/if-match.ts';
import { noQuery, pageOf } from '../schemas/page.ts';
import { patchSchema } from '../schemas/resource.ts';
import { BODY_FAULTS, emptyResponse, faults, jsonResponse } from '../schemas/responses.ts';
import { sendWav } from '../send-wav.ts';
import { compilePatchValidator, compileValidator, createValidator } from '../validation/validator.ts';
import { idParams } from './describe-collection.ts';
import { prompt, PROMPT_EXAMPLE, promptFields, promptForm, promptQuery } from './prompts.schema.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What was uploaded; null for all other requests. */
    upload: PromptUpload | null;
  }
}

const TAKES = 'a form, with Content-Type: multipart/form-data, and the WAV in its field file';

const item = Type.Ref('Prompt#');
const etag = { ETag: 'The revision, for If-Match.' };
const audio = { content: { 'audio/wav': { schema: {} } } };

/** `/prompts`: what callers and buyers hear. */
export function registerPrompts(app: FastifyInstance, deps: Pick<ApiDeps, 'prompts' | 'promptFiles'>): void {
  const { prompts, promptFiles } = deps;
  const validateFields = createValidator(promptFields);
  const shared = { tags: ['prompts'], params: idParams('prm_'), querystring: noQuery };
  app.addSchema(prompt);
  registerUpload(app, deps);
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.get(
    '/prompts',
    {
      schema: {
        tags: ['prompts'],
        operationId: 'listPrompts',
        summary: 'List prompts',
        description: 'Those that were uploaded in that order, then those that come with the product.',
        querystring: promptQuery,
        response: {
          200: jsonResponse('One page.', pageOf(item), { data: [PROMPT_EXAMPLE], nextCursor: null }),
          ...faults(),
        },
      },
      config: { access: 'configuration:read' },
    },
    ({ query: { limit, cursor, ...filters } }) =>
      prompts.list({ limit, filters, ...(cursor === undefined ? {} : { cursor }) }),
  );

  typed.get(
    '/prompts/:id',
    {
      schema: {
        ...shared,
        operationId: 'readPrompt',
        summary: 'Read a prompt',
        response: { 200: jsonResponse('As it is now.', item, PROMPT_EXAMPLE, etag), ...faults('not-found') },
      },
      config: { access: 'configuration:read' },
    },
    async ({ params }, reply) => answer(reply, await prompts.get(params.id)),
  );

  typed.get(
    '/prompts/:id/audio',
    {
      schema: {
        ...shared,
        operationId: 'listenToPrompt',
        summary: 'Listen to a prompt',
        description: 'As callers hear it: a WAV of 8 kHz, mono, 16 bit. `Range` asks for a part of it.',
        response: {
          200: { description: 'The whole file.', ...audio },
          206: { description: 'The part asked for.', ...audio },
          ...faults('not-found', 'range-not-satisfiable'),
        },
      },
      config: { access: 'configuration:read' },
    },
    async (request, reply) => {
      const { id } = await prompts.get(request.params.id);
      return sendWav(request, reply, promptFiles.pathOf(id), id);
    },
  );

  typed.patch(
    '/prompts/:id',
    {
      schema: {
        ...shared,
        operationId: 'changePrompt',
        summary: 'Rename a prompt',
        description: 'A JSON merge patch (RFC 7396). What it sounds like stays: upload another for that.',
        consumes: JSON_TYPES,
        headers: ifMatchHeader,
        body: { ...patchSchema(promptFields), examples: [{ name: 'Roofing, greeting, spring' }] },
        response: {
          200: jsonResponse('Renamed.', item, PROMPT_EXAMPLE, etag),
          ...faults('not-found', 'wrong-state', 'version-conflict', ...BODY_FAULTS),
        },
      },
      config: { access: 'configuration:write' },
      validatorCompiler: compilePatchValidator,
    },
    async (request, reply) => {
      const { id, name, revision } = await prompts.get(request.params.id);
      requireMatch(request.headers['if-match'], revision);
      const changed = validateFields(mergePatch({ name }, request.body));
      if (!changed.ok) throw changed.error;
      return answer(reply, await prompts.rename(id, changed.value.name, expected(request.headers, revision)));
    },
  );

  typed.delete(
    '/prompts/:id',
    {
      schema: {
        ...shared,
        operationId: 'deletePrompt',
        summary: 'Delete a prompt',
        description: 'Refused while a campaign or destination names it, and for those that come with the product.',
        headers: ifMatchHeader,
        response: {
          204: emptyResponse('Deleted.'),
          ...faults('not-found', 'in-use', 'wrong-state', 'version-conflict', ...BODY_FAULTS),
        },
      },
      config: { access: 'configuration:write' },
    },
    async (request, reply) => {
      const { id, revision } = await prompts.get(request.params.id);
      requireMatch(request.headers['if-match'], revision);
      await promptFiles.remove(id, expected(request.headers, revision));
      return reply.code(204).send(null);
    },
  );
}

/** In a scope of its own: nowhere else is a body anything but JSON, or larger than a megabyte. */
function registerUpload(app: FastifyInstance, { promptFiles }: Pick<ApiDeps, 'promptFiles'>): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(multipart, FORM_OPTIONS);
    scope.decorateRequest('upload', null);
    scope.post(
      '/prompts',
      {
        schema: {
          tags: ['prompts'],
          operationId: 'createPrompt',
          summary: 'Upload a prompt',
          description:
            'Any usual WAV; it is kept as telephones play it, 8 kHz, mono, 16 bit, and as loud as it is. Campaigns name it in ' +
            '`prompts`, `ivr` and `afterHours`, destinations in `whisper`.',
          consumes: ['multipart/form-data'],
          querystring: noQuery,
          body: promptForm,
          response: {
            201: jsonResponse('Uploaded.', item, PROMPT_EXAMPLE, { ...etag, Location: 'Where it is now.' }),
            ...faults(...BODY_FAULTS),
          },
        },
        config: { access: 'configuration:write', takes: TAKES },
        validatorCompiler: compileAllButBody,
        preValidation: async (request) => {
          if (!request.isMultipart()) throw new AppError('unsupported-media-type', `Send ${TAKES}.`);
          const upload = await readPromptUpload(request);
          request.upload = upload;
          // What a repetition under the same idempotency key is held against.
          request.body = { name: upload.name, sha256: upload.sha256 };
        },
      },
      async ({ upload }, reply) => {
        if (upload === null) throw new AppError('internal', 'An upload was reached without its file');
        const kept = await promptFiles.add(upload);
        return answer(reply.code(201).header('location', `/v1/prompts/${kept.id}`), kept);
      },
    );
  });
}

/** What was uploaded is checked as it is read. */
const compileAllButBody: FastifySchemaCompiler<TSchema> = (route) =>
  route.httpPart === 'body' ? (value) => ({ value }) : compileValidator(route);

function answer(reply: FastifyReply, stored: StoredPrompt): StoredPrompt {
  void reply.header('etag', etagOf(stored.revision));
  return stored;
}

/** The revision that a change must find: the one just held against If-Match, where that was sent. */
function expected(headers: { readonly 'if-match'?: string | undefined }, revision: number): number | undefined {
  return headers['if-match'] === undefined ? undefined : revision;
}
