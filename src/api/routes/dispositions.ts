import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';

import type { CallId } from '../../domain/ids.ts';
import type { DispositionHistory } from '../../store/calls/dispositions.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { holderOf, ownIdOf, type KeyHolder } from '../holder.ts';
import { requireOwn } from '../own-calls.ts';
import { JSON_TYPES } from '../plugins/body-parser.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { ifMatchHeader } from '../schemas/if-match.ts';
import { noQuery } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { idParams } from './describe-collection.ts';
import { DISPOSITION_EXAMPLE, dispositionFields, dispositionHistory } from './dispositions.schema.ts';

const etag = { ETag: 'How many words there are, for If-Match.' };

/** `/calls/:id/disposition`: what people say of a call, and what was said before. */
export function registerDispositions(
  app: FastifyInstance,
  { calls, dispositions }: Pick<ApiDeps, 'calls' | 'dispositions'>,
): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const shared = { tags: ['calls'], params: idParams('call_'), querystring: noQuery };

  typed.get(
    '/calls/:id/disposition',
    {
      schema: {
        ...shared,
        operationId: 'readDisposition',
        summary: 'What was said of a call',
        description: 'Its disposition with its history. `value` is null while nobody has said anything.',
        response: {
          200: jsonResponse('All of it.', dispositionHistory, DISPOSITION_EXAMPLE, etag),
          ...faults('not-found'),
        },
      },
      config: { access: 'calls:buyer-side' },
    },
    async (request, reply) => {
      await checkOwn(request.params.id, holderOf(request));
      return answer(reply, await dispositions.get(request.params.id as CallId), holderOf(request));
    },
  );

  typed.patch(
    '/calls/:id/disposition',
    {
      schema: {
        ...shared,
        operationId: 'setDisposition',
        summary: 'Say what became of a call',
        description:
          'The latest word counts, and the earlier ones are kept. It changes neither record nor money; where the ' +
          "campaign's `reviewRules` say so, a refund is proposed for a person to confirm. A key of a buyer may do it " +
          "for the buyer's own calls.",
        consumes: JSON_TYPES,
        headers: ifMatchHeader,
        body: withExample(dispositionFields, { value: 'spam', note: 'A recorded announcement' }),
        response: {
          200: jsonResponse('Said.', dispositionHistory, DISPOSITION_EXAMPLE, etag),
          ...faults('not-found', 'wrong-state', 'version-conflict', ...BODY_FAULTS),
        },
      },
      config: { access: 'calls:review' },
    },
    async (request, reply) => {
      const id = request.params.id as CallId;
      const holder = holderOf(request);
      await checkOwn(id, holder);
      const { value, note = null } = request.body;
      const word = { value, note, keyId: holder.id };
      const ifMatch = request.headers['if-match'];
      if (ifMatch === undefined) return answer(reply, await dispositions.set(id, word), holder);
      const { length } = (await dispositions.get(id)).history;
      requireMatch(ifMatch, length);
      return answer(reply, await dispositions.set(id, word, length), holder);
    },
  );

  function answer(reply: FastifyReply, said: DispositionHistory, holder: KeyHolder): object {
    void reply.header('etag', etagOf(said.history.length));
    return show(said, holder);
  }

  async function checkOwn(id: string, holder: KeyHolder): Promise<void> {
    requireOwn(await calls.get(id as CallId), id, holder);
  }
}

/** What is proposed to the house is not told to the buyer whom it would refund. */
function show({ callId, history, openProposalId }: DispositionHistory, holder: KeyHolder): object {
  const { value = null, note = null } = history.at(-1) ?? {};
  const proposed = ownIdOf(holder, 'buyer') === undefined ? openProposalId : null;
  return { callId, value, note, history, openProposalId: proposed };
}
