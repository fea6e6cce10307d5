import { Type, type TObject, type TProperties } from 'typebox';

import { STRICT } from './fields.ts';

/** A body's schema with an example of it. Made anew and not spread: a copy would lose what fills in its defaults. */
export function withExample<Properties extends TProperties>(
  fields: TObject<Properties>,
  example: object,
): TObject<Properties> {
  return Type.Object(fields.properties, { ...STRICT, examples: [example] });
}
