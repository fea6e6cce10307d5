import { Type, type TProperties, type TSchema } from 'typebox';

import { STRICT } from './fields.ts';

const paging = {
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'Most items to give, 1 to 500.' }),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 2_000,
      description: 'From `nextCursor` of the previous page of this very list.',
    }),
  ),
};

/** A list's query string: where to go on, and what to filter by. */
export function listQuery<Filters extends TProperties>(filters: Filters) {
  return Type.Object({ ...paging, ...filters }, STRICT);
}

/** The query string of operations that take none. */
export const noQuery = Type.Object({}, STRICT);

/** One page of a list. */
export function pageOf(item: TSchema) {
  return Type.Object({
    data: Type.Array(item),
    nextCursor: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'Where the next page begins; null on the last one.',
    }),
  });
}
