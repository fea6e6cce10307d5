import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import { writeCsv } from '../plan-file/write-csv.ts';
import { writeJson } from '../plan-file/write-json.ts';
import { writeYaml } from '../plan-file/write-yaml.ts';
import type { ApiDeps } from '../ports.ts';
import { faults } from '../schemas/responses.ts';
import {
  collectionParams,
  CSV_EXAMPLE,
  exportQuery,
  exportTableQuery,
  PLAN_EXAMPLE,
  planSchema,
  YAML_EXAMPLE,
} from './import.schema.ts';

/** `GET /export` and `GET /export/:collection`: the configuration as a file that `POST /import` takes. */
export function registerExport(app: FastifyInstance, { resources }: Pick<ApiDeps, 'resources'>): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.get(
    '/export',
    {
      schema: {
        tags: ['configuration'],
        operationId: 'exportConfiguration',
        summary: 'Export the configuration',
        description:
          'All of it, in an order that never changes: the same configuration makes the same file. Secrets are masked ' +
          '(`***`), and an import keeps those that there are.',
        querystring: exportQuery,
        response: {
          200: {
            description: 'A file.',
            content: {
              'application/json': { schema: planSchema, example: PLAN_EXAMPLE },
              'application/yaml': { schema: Type.String(), example: YAML_EXAMPLE },
            },
          },
          ...faults(),
        },
      },
      config: { access: 'configuration:read' },
    },
    async (request, reply) => {
      const { format, archived } = request.query;
      const configuration = await resources.readAll();
      void reply.header('content-disposition', `attachment; filename="tollgate.${format}"`);
      return format === 'yaml'
        ? reply.type('application/yaml; charset=utf-8').send(await writeYaml(configuration, { archived }))
        : reply.type('application/json; charset=utf-8').send(writeJson(configuration, { archived }));
    },
  );

  typed.get(
    '/export/:collection',
    {
      schema: {
        tags: ['configuration'],
        operationId: 'exportCollection',
        summary: 'Export one collection',
        description:
          'As CSV: a column for each field, those of objects by dotted names (`caps.daily`), lists as JSON in a cell. A ' +
          'cell that a spreadsheet could take for a formula begins with an apostrophe, which an import takes away again.',
        params: collectionParams,
        querystring: exportTableQuery,
        response: {
          200: { description: 'A file.', content: { 'text/csv': { schema: Type.String(), example: CSV_EXAMPLE } } },
          ...faults(),
        },
      },
      config: { access: 'configuration:read' },
    },
    async (request, reply) => {
      const { collection } = request.params;
      const table = writeCsv(await resources.readAll(), collection, request.query);
      void reply.header('content-disposition', `attachment; filename="${collection}.csv"`);
      return reply.type('text/csv; charset=utf-8').send(table);
    },
  );
}
