import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';

import { AppError, type InputProblem } from '../../domain/app-error.ts';
import type { Conversion, ConversionReporter } from '../../domain/call/conversion.ts';
import type { BuyerId, CallId } from '../../domain/ids.ts';
import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { CallSighting } from '../../store/conversions/conversion-store.ts';
import { holderOf, ownIdOf, type KeyHolder } from '../holder.ts';
import { requireOwn } from '../own-calls.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { NUMBER_EXPECTED } from '../schemas/fields.ts';
import { noQuery } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { invalid } from '../validation/validator.ts';
import { conversion, CONVERSION_EXAMPLE, conversionFields } from './conversions.schema.ts';

type Report = Static<typeof conversionFields>;

/** A clock that is ahead of ours by more than this is wrong. */
const AHEAD_MS = 60_000;

/** `POST /conversions`: what others say of a call after it. */
export function registerConversions(
  app: FastifyInstance,
  { calls, conversions, clock }: Pick<ApiDeps, 'calls' | 'conversions' | 'clock'>,
): void {
  app.addSchema(conversion);
  const one = Type.Ref('Conversion#');

  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/conversions',
    {
      schema: {
        tags: ['conversions'],
        operationId: 'reportConversion',
        summary: 'Report a conversion of a call',
        description:
          'Name the call by `callId`, or by `did`, `ani` and `at`: the earliest call of that caller to that number that ' +
          'was in progress then, a minute more or less. The call may be open still. The same `externalId` again is ' +
          'answered with 200 and what is kept, however late; with something else in it, with 409. Shown as ' +
          "`conversions` of the call; neither record nor money changes. A key of a buyer may do it for the buyer's own " +
          'calls.',
        querystring: noQuery,
        body: withExample(conversionFields, {
          callId: CONVERSION_EXAMPLE.callId,
          externalId: CONVERSION_EXAMPLE.externalId,
          valueMicros: CONVERSION_EXAMPLE.valueMicros,
        }),
        response: {
          200: jsonResponse('Reported before.', one, CONVERSION_EXAMPLE),
          201: jsonResponse('Kept.', one, CONVERSION_EXAMPLE),
          ...faults('not-found', 'duplicate', ...BODY_FAULTS),
        },
      },
      config: { access: 'calls:review' },
    },
    async (request, reply) => {
      const holder = holderOf(request);
      const { externalId, kind, valueMicros = null, occurredAt } = request.body;
      const { made, ...kept } = await conversions.report({
        callId: await findCall(request.body, holder),
        externalId,
        kind,
        valueMicros,
        occurredAt: occurredAt === undefined ? null : toIso(Date.parse(occurredAt) as EpochMs),
        reporter: reporterOf(holder),
      });
      return reply.code(made ? 201 : 200).send(kept satisfies Conversion);
    },
  );

  async function findCall(report: Report, holder: KeyHolder): Promise<CallId> {
    const named = readCallName(report, clock.now().wall);
    if (typeof named === 'string') return requireOwn(await calls.get(named), named, holder).id;
    const buyerId = ownIdOf(holder, 'buyer') as BuyerId | undefined;
    const callId = await conversions.findCall({ ...named, ...(buyerId === undefined ? {} : { buyerId }) });
    if (callId !== undefined) return callId;
    throw new AppError(
      'not-found',
      `There is no call from ${named.ani} to ${named.did} that was in progress at ${toIso(named.at)}, a minute more or less.`,
    );
  }
}

/** @throws AppError `invalid` where the call is named in neither way, or in both */
function readCallName({ callId, did, ani, at }: Report, now: EpochMs): CallId | CallSighting {
  if (callId !== undefined) {
    const both = Object.entries({ did, ani, at }).filter(([, value]) => value !== undefined);
    if (both.length === 0) return callId;
    throw invalid(
      both.map(([name]) => ({ path: `/${name}`, message: 'The call has a name already: leave this out.' })),
    );
  }
  const problems: InputProblem[] = Object.entries({ did, ani, at })
    .filter(([, value]) => value === undefined)
    .map(([name]) => ({ path: `/${name}`, message: 'Name the call by callId, or by did, ani and at together.' }));
  const dialled = did === undefined ? undefined : normalizeNumber(did);
  const caller = ani === undefined ? undefined : normalizeNumber(ani);
  const atMs = Date.parse(at ?? '') as EpochMs;
  if (did !== undefined && dialled === undefined) problems.push({ path: '/did', message: NUMBER_EXPECTED });
  if (ani !== undefined && caller === undefined) problems.push({ path: '/ani', message: NUMBER_EXPECTED });
  if (atMs > now + AHEAD_MS) {
    problems.push({ path: '/at', message: `This is in the future, it is ${toIso(now)} here: correct the clock.` });
  }
  if (problems.length > 0 || dialled === undefined || caller === undefined) throw invalid(problems);
  return { did: dialled, ani: caller, at: atMs };
}

/** Buyers' ids are their own, so that none can meet, or learn of, another's. */
function reporterOf(holder: KeyHolder): ConversionReporter {
  const buyerId = ownIdOf(holder, 'buyer');
  return buyerId === undefined ? 'house' : `buyer:${buyerId as BuyerId}`;
}
