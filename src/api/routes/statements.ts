import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import { AppError } from '../../domain/app-error.ts';
import type { LedgerParty } from '../../domain/billing/ledger.ts';
import type { StatementLine } from '../../domain/billing/statement.ts';
import type { BuyerId, PublisherId } from '../../domain/ids.ts';
import type { Ani } from '../../domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { holderOf, ownIdOf } from '../holder.ts';
import { hideCaller } from '../own-calls.ts';
import type { ApiDeps } from '../ports.ts';
import { faults } from '../schemas/responses.ts';
import type { AccountStatement } from '../statements/account-statement.ts';
import { readLocalSpan, type LocalSpan } from '../statements/local-span.ts';
import { preferredType } from '../statements/preferred-type.ts';
import { statementCsv } from '../statements/statement-csv.ts';
import { statementPage } from '../statements/statement-page.ts';
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
  { resources, ledger, currency }: Pick<ApiDeps, 'resources' | 'ledger' | 'currency'>,
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
            ...faults('not-found'),
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
        const answer = await read(account, readLocalSpan(written, timezone ?? account.timezone));
        void reply.header('vary', 'Accept');
        switch (preferredType(request.headers.accept, ['application/json', 'text/csv', 'text/html'])) {
          case 'text/csv':
            void reply.header('content-disposition', `attachment; filename="statement-${id}.csv"`);
            return reply.type('text/csv; charset=utf-8').send(statementCsv(answer));
          case 'text/html':
            return reply.type('text/html; charset=utf-8').send(statementPage(answer));
          case 'application/json':
            return reply.send(answer);
        }
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

  async function read({ kind, id, name, party }: Account, span: LocalSpan): Promise<AccountStatement> {
    const { from, to } = span;
    const { lines, ...figures } = await ledger.statement({ party, from, to });
    return {
      account: { kind, id, name },
      currency,
      timezone: span.timezone,
      from: toIsoOrNull(from),
      to: toIsoOrNull(to),
      ...figures,
      lines: kind === 'buyer' ? lines : lines.map(hideCallerIn),
    };
  }
}

interface Account {
  readonly kind: 'buyer' | 'publisher';
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly party: Exclude<LedgerParty, 'house'>;
}

function toIsoOrNull(instant: EpochMs | null) {
  return instant === null ? null : toIso(instant);
}

/** Who called is between the caller and the buyer: a publisher's paper has enough to tell its calls apart. */
function hideCallerIn(line: StatementLine): StatementLine {
  return line.ani === null ? line : { ...line, ani: hideCaller(line.ani) as Ani };
}
