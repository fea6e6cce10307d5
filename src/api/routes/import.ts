import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { Type, type TSchema } from 'typebox';

import type { ChangeMade } from '../../store/resource-store.ts';
import { holderOf } from '../holder.ts';
import { importPlan, type ImportOptions, type ImportResult } from '../plan-file/import-plan.ts';
import { unreadable, type PlanText } from '../plan-file/plan-file.ts';
import { readApart } from '../plan-file/read-apart.ts';
import { registerPlanBodies } from '../plugins/plan-body-parser.ts';
import type { ApiDeps } from '../ports.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { compileValidator, invalid } from '../validation/validator.ts';
import {
  collectionParams,
  CSV_EXAMPLE,
  IMPORT_EXAMPLE,
  importQuery,
  importResult,
  PLAN_EXAMPLE,
  planSchema,
  YAML_EXAMPLE,
} from './import.schema.ts';

/** Ten times what other bodies may have: tens of thousands of routes. */
const IMPORT_LIMIT_BYTES = 10 * 1_048_576;

const DESCRIPTION =
  'All of it or nothing, in one transaction and one version of the plan. Each entry is the resource with its `id`; ' +
  'without one, the one in service that its name tells (`number` of DIDs, `match` of blocklist entries, buyer and name ' +
  'of destinations; campaign, destination, area, schedule, accepted publishers and categories of routes); else a new ' +
  'one. What it is held against is what single requests are. With `merge`, an entry is a merge patch (RFC 7396). At most 10 MB.';

const NO_VERSION = 'A configuration as a whole has no ETag to hold this against: leave the header out.';

const ANSWERS = {
  200: jsonResponse('Done, or what would be done.', importResult, IMPORT_EXAMPLE),
  ...faults('in-use', 'version-conflict', ...BODY_FAULTS),
};

/** `POST /import` and `POST /import/:collection`: much of the configuration at once. */
export function registerImport(
  app: FastifyInstance,
  {
    resources,
    gazetteer,
    mediaServer,
    audit,
    clock,
  }: Pick<ApiDeps, 'resources' | 'gazetteer' | 'mediaServer' | 'audit' | 'clock'>,
): void {
  const parts = { resources, gazetteer, mediaServer, now: () => clock.now().wall };
  void app.register((scope, _options, done) => {
    registerPlanBodies(scope, ['json', 'yaml']);
    scope.withTypeProvider<TypeBoxTypeProvider>().post(
      '/import',
      {
        schema: {
          tags: ['configuration'],
          operationId: 'importConfiguration',
          summary: 'Import configuration',
          description: DESCRIPTION,
          querystring: importQuery,
          body: {
            content: {
              'application/json': { schema: Type.Object(planSchema.properties, { examples: [PLAN_EXAMPLE] }) },
              'application/yaml': { schema: Type.String({ description: 'The same.', examples: [YAML_EXAMPLE] }) },
            },
          },
          response: ANSWERS,
        },
        ...optionsFor('JSON or YAML, with Content-Type: application/json or application/yaml'),
      },
      (request) => run(request, bodyOf(request), request.query),
    );
    done();
  });

  void app.register((scope, _options, done) => {
    registerPlanBodies(scope, ['csv']);
    scope.withTypeProvider<TypeBoxTypeProvider>().post(
      '/import/:collection',
      {
        schema: {
          tags: ['configuration'],
          operationId: 'importCollection',
          summary: 'Import one collection',
          description: `${DESCRIPTION} The first line names the columns, as an export does; a column may be left out.`,
          params: collectionParams,
          querystring: importQuery,
          body: {
            content: { 'text/csv': { schema: Type.String({ description: 'A table.', examples: [CSV_EXAMPLE] }) } },
          },
          response: ANSWERS,
        },
        ...optionsFor('CSV, with Content-Type: text/csv'),
      },
      (request) => run(request, { ...bodyOf(request), kind: request.params.collection }, request.query),
    );
    done();
  });

  async function run(
    request: FastifyRequest,
    text: PlanText,
    options: Pick<ImportOptions, 'mode' | 'dryRun'>,
  ): Promise<ImportResult> {
    if (request.headers['if-match'] !== undefined) throw invalid([{ path: '/if-match', message: NO_VERSION }]);
    const { id: keyId, role } = holderOf(request);
    const note = ({ action, kind, id, before, after }: ChangeMade): void =>
      audit.note({ actor: { keyId, role }, action, resource: kind, resourceId: id }, before, after);
    return importPlan(parts, await readApart(text), { ...options, note });
  }
}

function optionsFor(takes: string) {
  return {
    bodyLimit: IMPORT_LIMIT_BYTES,
    validatorCompiler: compileAllButBody,
    config: {
      access: 'configuration:write',
      takes,
      changesNothing: ({ query }: FastifyRequest) => (query as { readonly dryRun: boolean }).dryRun,
    },
  } as const;
}

/** The body is a file: it is read and judged where its lines are known. */
const compileAllButBody: FastifySchemaCompiler<TSchema> = (route) =>
  route.httpPart === 'body' ? (value) => ({ value }) : compileValidator(route);

/** @throws AppError `malformed-request` where there is none */
function bodyOf({ body }: { readonly body: unknown }): PlanText {
  if (body === undefined || body === null) throw unreadable('There is no body: send the file.');
  return body as PlanText;
}
