import { onTestFinished } from 'vitest';

import type { EpochMs } from '../../src/domain/time.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { SAMPLE_INSTANT } from './sample-call.ts';

/** A store in memory that closes when the running test ends. */
export function temporaryStore(now: () => EpochMs = () => SAMPLE_INSTANT): Store {
  const store = openStore({ file: ':memory:', now });
  onTestFinished(() => {
    store.close();
  });
  return store;
}
