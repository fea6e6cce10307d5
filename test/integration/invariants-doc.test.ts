import { existsSync, readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

const page = readFileSync(at('docs/invariants.md'), 'utf8');

/** Every test that the page names. */
const named = Array.from(page.matchAll(/`((?:src|test)\/\S+\.test\.ts) › ([^`]+)`/g), ([, file = '', title = '']) => ({
  file,
  title,
}));

/** Whether a file has a test of that title, however it is quoted. */
function hasTest(file: string, title: string): boolean {
  if (!existsSync(at(file))) return false;
  const source = readFileSync(at(file), 'utf8');
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title.replaceAll(quote, `\\${quote}`)}${quote},`));
}

it('docs/invariants.md: every test it names is there', () => {
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(({ file, title }) => !hasTest(file, title))).toEqual([]);
});

it('docs/invariants.md: each of the fifteen ways has its tests', () => {
  const ways = Array.from(page.matchAll(/^\| (\d+)\s*\|([^|]+)\|([^|]+)\|$/gm));
  expect(ways.map(([, number]) => Number(number))).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
  expect(ways.filter(([, , , proof]) => !proof?.includes('.test.ts ›')).map(([, number]) => number)).toEqual([]);
});

it('docs/invariants.md: every command it gives is one', () => {
  const { scripts } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { scripts: object };
  const given = Array.from(page.matchAll(/npm run ([\w:]+)/g), ([, name]) => name);
  expect(given.length).toBeGreaterThan(3);
  expect(given.filter((name) => name !== undefined && !Object.hasOwn(scripts, name))).toEqual([]);
});
