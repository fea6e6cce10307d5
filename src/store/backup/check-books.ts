import type { EpochMs } from '../../domain/time.ts';
import type { ChainReport } from '../calls/verify-chain.ts';
import type { Access } from '../database.ts';
import { openStore } from '../open-store.ts';

/** What proving a database came to; the problems are sentences, none where all is sound. */
export interface BooksCheck {
  readonly cdrs: ChainReport;
  readonly problems: readonly string[];
}

/**
 * Proves the CDR chain and all that goes with it of a database, as `tollgate verify` does.
 *
 * @param access `serve` brings its schema up to date first
 */
export async function checkBooks(file: string, access: Access): Promise<BooksCheck> {
  const store = openStore({ file, access, now: () => Date.now() as EpochMs });
  try {
    const cdrs = await store.queries.verifyChain();
    const chain = cdrs.intact ? [] : [`the CDR chain is broken at record ${cdrs.at}: ${cdrs.problem}`];
    const books = [store.ledger, store.reports, store.caps, store.dispositions, store.decisions];
    return { cdrs, problems: [...chain, ...books.flatMap((book) => book.check().problems)] };
  } finally {
    store.close();
  }
}
