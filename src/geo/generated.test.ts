import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeModules } from '../../scripts/geo/make-modules.ts';

const FOLDER = new URL('./generated/', import.meta.url);

describe('the generated tables', () => {
  const modules = makeModules();

  test.each([...modules.keys()])('%s is what the build script makes of today’s sources', (name) => {
    const committed = readFileSync(new URL(name, FOLDER), 'utf8');
    // Compared as booleans: a difference of a megabyte helps nobody. `node scripts/build-geo.mjs` mends it.
    expect(committed === modules.get(name)).toBe(true);
  });

  test('are all there is in their folder, and small enough to ship', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...modules.keys()].sort());
    const bytes = [...modules.values()].reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeLessThan(5_000_000);
  });
});
