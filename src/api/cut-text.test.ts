import { describe, expect, it } from 'vitest';

import { cutPath, cutText } from './cut-text.ts';

const LONG = 'x'.repeat(1_000);

describe('What was sent, in an answer', () => {
  it('is whole up to sixty characters, and begins with as many where it is longer', () => {
    expect(cutText(LONG.slice(0, 60))).toBe('x'.repeat(60));
    expect(cutText(LONG)).toBe(`${'x'.repeat(60)}…`);
  });

  it('never ends in half a character', () => {
    expect(cutText(`${'x'.repeat(59)}😀${LONG}`)).toBe(`${'x'.repeat(59)}\ufffd…`);
  });

  it('is cut name by name where it is a path, and not within an escape', () => {
    expect(cutPath('/caps/daily')).toBe('/caps/daily');
    expect(cutPath(`/${LONG}/0/${LONG}`)).toBe(`/${'x'.repeat(60)}…/0/${'x'.repeat(60)}…`);
    expect(cutPath(`/${'x'.repeat(59)}~1${LONG}`)).toBe(`/${'x'.repeat(59)}…`);
  });
});
