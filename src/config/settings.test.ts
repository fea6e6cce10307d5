import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from './settings.ts';

describe('the settings', () => {
  // The formatter pads the table's columns; what they say is what counts.
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');
  const sample = readFileSync(new URL('../../config/tollgate.yaml', import.meta.url), 'utf8');

  it('are all on their page, with their default and meaning', () => {
    for (const [name, { fallback, about }] of Object.entries(SETTINGS)) {
      const shown = fallback === null ? '' : `\`${JSON.stringify(fallback).replaceAll(/["[\]]/g, '')}\``;
      expect(page).toContain(`| \`${name}\` | ${shown}${shown ? ' ' : ''}| ${about} |`);
    }
  });

  it('are the only ones on their page and in the sample file', () => {
    const onPage = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]);
    const inSample = [...sample.matchAll(/^# ([A-Z][A-Z_]+):/gm)].map((match) => match[1]);
    expect(onPage).toEqual(Object.keys(SETTINGS));
    expect(inSample).toEqual(Object.keys(SETTINGS));
  });
});
