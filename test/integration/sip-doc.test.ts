import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

/** A flow of the tables in docs/sip.md, by its first cell, and what is said to prove it: file and title. */
interface Flow {
  readonly name: string;
  readonly file: string;
  readonly title: string;
}

/** Rows of six cells, the last of which is `file › title`. */
function flows(): readonly Flow[] {
  const rows = readFileSync(new URL('docs/sip.md', ROOT), 'utf8').matchAll(/^\| (.+?) +\|.* › .*$/gm);
  return [...rows].map(([row = '', name = '']) => {
    const [file = '', title = ''] = (row.split('|').at(-2) ?? '').trim().split(' › ');
    return { name, file: file.endsWith('.ts') ? file : `test/integration/${file}.ladder.test.ts`, title };
  });
}

/** The titles of a test file, `${…}` and `%s` standing for anything. */
function titlesIn(source: string): readonly RegExp[] {
  const literals = source.matchAll(/\bit(?:\.\w+)*(?:\((?:[^()]|\([^()]*\))*\))?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs);
  return [...literals].map(([, , title = '']) => {
    const parts = title.replaceAll(/\\(.)/g, '$1').split(/\$\{[^}]*\}|%[sdj]/);
    return new RegExp(`^${parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.+')}$`);
  });
}

describe('the flows in docs/sip.md', () => {
  it('are sixty and more, each of them once', () => {
    const names = flows().map(({ file, title }) => `${file} › ${title}`);
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(flows())('$name is proved by a test that there is: $title', ({ file, title }) => {
    const url = new URL(file, ROOT);
    expect(existsSync(url)).toBe(true);
    const titles = titlesIn(readFileSync(url, 'utf8'));
    expect(titles.some((known) => known.test(title))).toBe(true);
  });
});
