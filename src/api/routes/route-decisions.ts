import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';

import { AppError, type InputProblem } from '../../domain/app-error.ts';
import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';
import { parseState } from '../../domain/numbers/states.ts';
import { parseZip } from '../../domain/numbers/zip.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { ApiDeps, RouteQuestion } from '../ports.ts';
import { NUMBER_EXPECTED } from '../schemas/fields.ts';
import { noQuery } from '../schemas/page.ts';
import { withExample } from '../schemas/body.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { invalid } from '../validation/validator.ts';
import { ROUTE_ANSWER_EXAMPLE, routeAnswer, routeQuestion } from './route-decisions.schema.ts';

/** `POST /route-decisions`. */
export function registerRouteDecisions(app: FastifyInstance, { decide }: Pick<ApiDeps, 'decide'>): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/route-decisions',
    {
      schema: {
        tags: ['route-decisions'],
        operationId: 'decideRoute',
        summary: 'Ask who would get a call',
        description: 'Decides on the configuration and counters as they are. Nothing is dialled, reserved or recorded.',
        querystring: noQuery,
        body: withExample(routeQuestion, { did: '+14155550100', ani: '+14155550199', zip: '94107', seed: 42 }),
        response: {
          200: jsonResponse('The decision.', routeAnswer, ROUTE_ANSWER_EXAMPLE),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config: { access: 'routing:explain', changesNothing: true },
    },
    async (request) => {
      const question = readQuestion(request.body);
      const answer = await decide(question);
      if (answer === undefined) throw new AppError('not-found', `${question.did} is none of our DIDs.`);
      return answer;
    },
  );
}

/** @throws AppError `invalid` naming each part that can't be read */
function readQuestion(body: Static<typeof routeQuestion>): RouteQuestion {
  const { did, ani, at, category, seed } = body;
  const problems: InputProblem[] = [];
  const dialled = normalizeNumber(did);
  const caller = ani === 'anonymous' ? ani : normalizeNumber(ani);
  if (dialled === undefined) problems.push({ path: '/did', message: NUMBER_EXPECTED });
  if (caller === undefined) problems.push({ path: '/ani', message: `${NUMBER_EXPECTED} Or write "anonymous".` });
  const places = readPlaces(body, problems);
  if (dialled === undefined || caller === undefined || problems.length > 0) throw invalid(problems);
  return {
    did: dialled,
    ani: caller,
    ...(at === undefined ? {} : { at: Date.parse(at) as EpochMs }),
    ...places,
    ...(category === undefined ? {} : { category }),
    ...(seed === undefined ? {} : { seed }),
  };
}

const ZIP_EXPECTED = 'Write a five-digit ZIP, or a Canadian postal code such as M5V 2T6.';
const STATE_EXPECTED = 'Write the two letters of a US state or Canadian province, such as CA or ON.';

const PLACES = [
  { name: 'zip', parse: parseZip, expected: ZIP_EXPECTED },
  { name: 'publisherZip', parse: parseZip, expected: ZIP_EXPECTED },
  { name: 'publisherState', parse: parseState, expected: STATE_EXPECTED },
] as const;

type Places = Pick<RouteQuestion, (typeof PLACES)[number]['name']>;

/** What the question says of where the caller is, as it is compared; adds a problem for each that can't be read. */
function readPlaces(body: Places, problems: InputProblem[]): Places {
  const places: { -readonly [Name in keyof Places]: string } = {};
  for (const { name, parse, expected } of PLACES) {
    const text = body[name];
    if (text === undefined) continue;
    const place = parse(text);
    if (place === undefined) problems.push({ path: `/${name}`, message: expected });
    else places[name] = place;
  }
  return places;
}
