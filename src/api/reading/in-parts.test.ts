import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { inParts, PART_LENGTH, type Part } from './in-parts.ts';

async function* each(pieces: readonly string[], onPiece: () => void = () => undefined) {
  for (const piece of pieces) {
    onPiece();
    yield piece;
  }
}

async function partsOf(pieces: readonly string[]): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of inParts(each(pieces))) parts.push(part);
  return parts;
}

describe('The parts of an answer', () => {
  it('are the whole of it, in bounds, the last one marked, and each can be encoded by itself', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc
        .tuple(fc.constantFrom('x', '🏠', 'é🏠'), fc.integer({ min: 0, max: 70_000 }))
        .map(([text, n]) => text.repeat(n)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const parts = await partsOf(pieces);
        expect(parts.map(({ text }) => text).join('') === pieces.join('')).toBe(true);
        expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, n) => n === parts.length - 1));
        for (const { text } of parts) {
          expect(text.length).toBeLessThan(2 * PART_LENGTH);
          expect(text.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are one where there is little, or nothing', async () => {
    expect(await partsOf(['{', '"data":[]', '}'])).toEqual([{ text: '{"data":[]}', isLast: true }]);
    expect(await partsOf([])).toEqual([{ text: '', isLast: true }]);
  });

  it('are made when they are asked for', async () => {
    let made = 0;
    const pieces = Array.from({ length: 10 }, () => 'x'.repeat(PART_LENGTH));
    const parts = inParts(each(pieces, () => (made += 1)));
    await parts.next();
    await parts.next();
    expect(made).toBe(2);
    await parts.return();
    expect(made).toBe(2);
  });
});
