import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { ApiDeps } from '../ports.ts';
import { faults } from '../schemas/responses.ts';
import { answerApart } from './answer-apart.ts';
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
export function registerExport(app: FastifyInstance, { reader }: Pick<ApiDeps, 'reader'>): void {
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
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'configuration:read' },
    },
    async (request, reply) => {
      const { format: form, archived } = request.query;
      void reply.header('content-disposition', `attachment; filename="tollgate.${form}"`);
      void reply.type(`application/${form}; charset=utf-8`);
      return answerApart(reader, reply, 'export', { form, archived });
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
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'configuration:read' },
    },
    async (request, reply) => {
      const { collection } = request.params;
      const { archived } = request.query;
      void reply.header('content-disposition', `attachment; filename="${collection}.csv"`);
      void reply.type('text/csv; charset=utf-8');
      return answerApart(reader, reply, 'export', { form: 'csv', collection, archived });
    },
  );
}
