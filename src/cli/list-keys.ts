import type { ApiKey } from '../store/api-keys.ts';
import type { Store } from '../store/open-store.ts';

const PAGE = 500;

/** Every working key, oldest first. */
export async function listKeys({ keys }: Pick<Store, 'keys'>): Promise<readonly ApiKey[]> {
  const all: ApiKey[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof keys.list>> = await keys.list({
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    });
    all.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}
