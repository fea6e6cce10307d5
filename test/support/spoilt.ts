import * as fc from 'fast-check';

import type { Json } from './api.ts';

/** Strings that other programs have stumbled over. */
export const awkward = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  '\r\nVia: x',
  '\ud800',
  '‮',
  '__proto__',
  'constructor',
  '../..',
  "' OR 1=1 --",
  '%00',
  '+',
  '1e999',
  '-1',
  'NaN',
  '9'.repeat(400),
);
const leaf = fc.oneof(awkward, fc.string(), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
/** Any JSON, such strings in it. */
export const anything = fc.oneof(leaf, fc.jsonValue({ maxDepth: 3 }));

/** A body that is right but for some of its fields, near or deep, or a few that are none of it. */
export function spoilt(body: Json): fc.Arbitrary<Json> {
  const names = Object.keys(body);
  return fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom(...names), anything), { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.oneof(awkward, fc.string()), anything), { maxLength: 1 }),
      fc.nat({ max: 5 }),
    )
    .map(([changes, additions, depth]) => {
      const changed = Object.fromEntries([...Object.entries(structuredClone(body)), ...additions]);
      for (const [name, value] of changes) changed[name] = depth === 0 ? value : spoilInside(changed[name], value);
      return changed;
    });
}

function spoilInside(at: Json, value: Json): Json {
  if (Array.isArray(at) && at.length > 0) return [spoilInside(at[0], value), ...at.slice(1)];
  if (typeof at !== 'object' || at === null || Array.isArray(at)) return value;
  const [name] = Object.keys(at);
  return name === undefined ? value : { ...at, [name]: spoilInside(at[name], value) };
}
