import { describe, expect, it } from 'vitest';

import { AppError } from '../domain/app-error.ts';
import { pageInMemory } from './page-in-memory.ts';

const items = (...ids: string[]) => ids.map((id) => ({ id }));

describe('A list in memory', () => {
  it('is given in order of id, page by page, the last without a cursor', () => {
    const first = pageInMemory('things', items('c', 'a', 'b'), { limit: 2 });
    expect(first.data).toEqual(items('a', 'b'));
    const second = pageInMemory('things', items('c', 'a', 'b'), { limit: 2, cursor: first.nextCursor ?? '' });
    expect(second).toEqual({ data: items('c'), nextCursor: null });
  });

  it('has no next page where the page ends with the list', () => {
    expect(pageInMemory('things', items('a', 'b'), { limit: 2 }).nextCursor).toBeNull();
  });

  it('neither repeats nor skips while things come and go', () => {
    const { nextCursor } = pageInMemory('things', items('b', 'd', 'f'), { limit: 2 });
    const later = pageInMemory('things', items('a', 'b', 'c', 'e', 'f'), { limit: 9, cursor: nextCursor ?? '' });
    expect(later.data).toEqual(items('e', 'f'));
  });

  it.each(['', 'nonsense', Buffer.from('others\na').toString('base64url'), 'dGhpbmdzCmE='])(
    'refuses the cursor %j, which it has not given',
    (cursor) => {
      expect(() => pageInMemory('things', items('a'), { limit: 1, cursor })).toThrow(AppError);
    },
  );
});
