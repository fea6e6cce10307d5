import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { AppError } from '../../domain/app-error.ts';
import type { BuyerId, PublisherId } from '../../domain/ids.ts';
import { holderOf, ownIdOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import { faults } from '../schemas/responses.ts';
import { readLocalSpan } from '../statements/local-span.ts';
import { preferredType } from '../statements/preferred-type.ts';
import type { StatementForm, StatementQuestion } from '../statements/read-account-statement.ts';
import { statementCsv } from '../statements/statement-csv.ts';
import { statementPage } from '../statements/statement-page.ts';
import { answerApart } from './answer-apart.ts';
import { idParams } from './describe-collection.ts';
import { statement, statementExample, statementQuery } from './statements.schema.ts';

const ACCOUNTS = [
  { kind: 'buyer', path: '/buyers/:id/statement', tag: 'buyers', idPrefix: 'byr_', operationId: 'readBuyerStatement' },
  {
    kind: 'publisher',
    path: '/publishers/:id/statement',
    tag: 'publishers',
    idPrefix: 'pub_',
    operationId: 'readPublisherStatement',
  },
] as const;

/** `GET /buyers/:id/statement` and `/publishers/:id/statement`: JSON, CSV, or a page to print, by Accept. */
export function registerStatements(
  app: FastifyInstance,
  { resources, reader, currency }: Pick<ApiDeps, 'resources' | 'reader' | 'currency'>,
): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  for (const { kind, path, tag, idPrefix, operationId } of ACCOUNTS) {
    const example = statementExample(kind);
    typed.get(
      path,
      {
        schema: {
          tags: [tag],
          operationId,
          summary: `A ${kind}'s statement`,
          description:
            'The account for `[from, to)`, by when things were posted: what was owed before, every line, what is owed ' +
            'after. `Accept: text/csv` and `text/html` give a table and a page to print. ' +
            `A key of a ${kind} may read its own.`,
          params: idParams(idPrefix),
          querystring: statementQuery,
          response: {
            200: {
              description: 'The statement.',
              content: {
                'application/json': { schema: statement, example },
                'text/csv': { schema: Type.String(), example: statementCsv(example) },
                'text/html': { schema: Type.String(), example: statementPage(example) },
              },
            },
            ...faults('not-found', 'reads-unavailable'),
          },
        },
        config: { access: kind === 'buyer' ? 'statements:buyer' : 'statements:publisher' },
      },
      async (request, reply) => {
        const { id } = request.params;
        const own = ownIdOf(holderOf(request), kind);
        if (own !== undefined && own !== id) {
          throw new AppError('forbidden', `Your key is for ${own}: it opens no statement but that one's.`);
        }
        const { from, to, timezone } = request.query;
        const account = await accountOf(kind, id);
        const written = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
        const span = readLocalSpan(written, timezone ?? account.timezone);
        const form = chooseForm(request, reply, `statement-${id}`);
        return answerApart(reader, reply, 'statement', { account, currency, span, form });
      },
    );
  }

  /** Rejects with AppError `not-found`. */
  async function accountOf(kind: 'buyer' | 'publisher', id: string): Promise<Account> {
    if (kind === 'buyer') {
      const { name, timezone } = await resources.get('buyers', id);
      return { kind, id, name, timezone, party: `buyer:${id as BuyerId}` };
    }
    const { name } = await resources.get('publishers', id);
    return { kind, id, name, timezone: 'UTC', party: `publisher:${id as PublisherId}` };
  }
}

type Account = StatementQuestion['account'] & { readonly timezone: string };

/** What a statement is to be written as; the reply's headers say so. */
function chooseForm(request: FastifyRequest, reply: FastifyReply, name: string): StatementForm {
  void reply.header('vary', 'Accept');
  switch (preferredType(request.headers.accept, ['application/json', 'text/csv', 'text/html'])) {
    case 'text/csv':
      void reply.header('content-disposition', `attachment; filename="${name}.csv"`).type('text/csv; charset=utf-8');
      return 'csv';
    case 'text/html':
      void reply.type('text/html; charset=utf-8');
      return 'html';
    case 'application/json':
      return 'json';
  }
}
