import type { ApiKeys, CallQueries, CallRecord, Ledger } from './api/ports.ts';
import { AppError } from './domain/app-error.ts';
import type { ChainedCdr } from './store/calls/cdr-chain.ts';
import type { Store } from './store/open-store.ts';

/** The store's keys as the API asks for them. */
export function bindKeys({ keys }: Pick<Store, 'keys'>): ApiKeys {
  return {
    verify: (secret) => Promise.resolve(keys.verify(secret) ?? undefined),
    create: (fields) => keys.create(fields),
    list: ({ limit, cursor }) => {
      const working = keys.list().filter((key) => key.revokedAt === null);
      // Ids grow with time, so a page can begin behind the last one shown even where that key is revoked meanwhile.
      const begin = cursor === undefined ? 0 : working.findIndex((key) => key.id > cursor);
      if (cursor !== undefined && !cursor.startsWith('key_')) {
        const problems = [{ path: '/cursor', message: 'is not a cursor of this list' }];
        return Promise.reject(new AppError('invalid', 'The cursor is not of this list', { problems }));
      }
      const data = begin < 0 ? [] : working.slice(begin, begin + limit);
      const isLast = begin < 0 || begin + limit >= working.length;
      return Promise.resolve({ data, nextCursor: isLast ? null : (data.at(-1)?.id ?? null) });
    },
    revoke: (id) => keys.revoke(id),
  };
}

/** The store's CDRs as the API shows them. */
export function bindCalls({ queries }: Pick<Store, 'queries'>): CallQueries {
  return {
    list: (query) => {
      const page = queries.listCalls(query);
      return Promise.resolve({ data: page.data.map(toRecord), nextCursor: page.nextCursor });
    },
    get: (id) => {
      try {
        return Promise.resolve(toRecord(queries.getCall(id)));
      } catch (error) {
        if (error instanceof AppError && error.code === 'not-found') return Promise.resolve(undefined);
        throw error;
      }
    },
  };
}

/** The store's ledger as the API asks for it. */
export function bindLedger({ ledger }: Pick<Store, 'ledger'>): Ledger {
  return {
    list: (query) => Promise.resolve(ledger.listPostings(query)),
    recordPayment: ({ note, ...payment }) => ledger.recordPayment({ ...payment, ...(note === null ? {} : { note }) }),
  };
}

function toRecord(cdr: ChainedCdr): CallRecord {
  return { ...cdr, disposition: null };
}
