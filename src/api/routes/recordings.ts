import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import { AppError } from '../../domain/app-error.ts';
import type { CallId } from '../../domain/ids.ts';
import { holderOf } from '../holder.ts';
import { requireOwn } from '../own-calls.ts';
import type { ApiDeps } from '../ports.ts';
import { noQuery } from '../schemas/page.ts';
import { BODY_FAULTS, emptyResponse, faults, jsonResponse } from '../schemas/responses.ts';
import { sendWav } from '../send-wav.ts';
import { idParams } from './describe-collection.ts';
import { LIVE_CALL_EXAMPLE } from './live-calls.schema.ts';

const pausing = Type.Object({
  id: Type.String({ description: 'The call.' }),
  recording: Type.Unsafe<'paused' | 'running'>({ type: 'string', enum: ['paused', 'running'] }),
});

/** `/calls/:id/recording`, and pausing the one that is being made. */
export function registerRecordings(app: FastifyInstance, deps: Pick<ApiDeps, 'calls' | 'recordings' | 'live'>): void {
  const { calls, recordings, live } = deps;
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const shared = { tags: ['calls'], params: idParams('call_'), querystring: noQuery };

  typed.get(
    '/calls/:id/recording',
    {
      schema: {
        ...shared,
        operationId: 'readRecording',
        summary: "Listen to a call's recording",
        description:
          'A stereo WAV: left the caller, right the buyer; of a message the caller alone. `Range` asks for a part of it. ' +
          "It is there within seconds of the call's end. A key of a buyer may listen to the buyer's own calls; what was said is not for publishers.",
        response: {
          200: { description: 'The whole file.', content: { 'audio/wav': { schema: {} } } },
          206: { description: 'The part asked for.', content: { 'audio/wav': { schema: {} } } },
          ...faults('not-found', 'range-not-satisfiable'),
        },
      },
      config: { access: 'calls:buyer-side' },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { recordingId, endedAt } = requireOwn(await calls.get(id as CallId), id, holderOf(request));
      const file = recordingId === null ? undefined : recordings.fileOf(id as CallId);
      if (file === undefined) throw new AppError('not-found', whyNone(recordingId, endedAt));
      return sendWav(request, reply, file.path, id);
    },
  );

  typed.delete(
    '/calls/:id/recording',
    {
      schema: {
        ...shared,
        operationId: 'deleteRecording',
        summary: "Delete a call's recording",
        description: 'For good. The record of the call still names it, and the audit log says who deleted it.',
        response: { 204: emptyResponse('It is gone.'), ...faults('not-found', ...BODY_FAULTS) },
      },
      config: { access: 'calls:control' },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await recordings.remove(id as CallId))) {
        throw new AppError('not-found', `The call ${id} has no recording, or none any more.`);
      }
      return reply.code(204).send(null);
    },
  );

  for (const [verb, recording] of [
    ['pause', 'paused'],
    ['resume', 'running'],
  ] as const) {
    typed.post(
      `/live-calls/:id/recording/${verb}`,
      {
        schema: {
          tags: ['live-calls'],
          params: idParams('call_'),
          querystring: noQuery,
          operationId: `${verb}Recording`,
          summary: verb === 'pause' ? 'Pause a recording' : 'Go on recording',
          description:
            verb === 'pause'
              ? 'Silence is recorded from here, for both sides, while a card number is said. The call goes on.'
              : 'Both sides are recorded again. Again is no harm.',
          response: {
            200: jsonResponse('Done.', pausing, { id: LIVE_CALL_EXAMPLE.id, recording }),
            ...faults('not-found', 'wrong-state', ...BODY_FAULTS),
          },
        },
        config: { access: 'calls:control' },
      },
      async (request) => {
        const { id } = request.params;
        const done = await live.pauseRecording(id as CallId, recording === 'paused');
        if (done === undefined) throw new AppError('not-found', `No call ${id} is in progress.`);
        if (!done) throw new AppError('wrong-state', `The call ${id} is not being recorded.`);
        return { id, recording };
      },
    );
  }
}

function whyNone(recordingId: string | null, endedAt: string | null): string {
  if (recordingId === null) return 'This call was not recorded.';
  return endedAt === null ? 'Its recording is still being made.' : 'Its recording was deleted, or is not complete yet.';
}
