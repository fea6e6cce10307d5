/**
 * A stream of numbers in [0, 1) that a 32-bit seed decides, the same on every machine and in every version: decisions
 * are replayed from it.
 *
 * SplitMix in 32 bits: the n-th word is a mix of `seed + n · 0x9e3779b9` (the golden ratio's fraction, so every word of
 * the counter is met once), mixed by two rounds of xor-shift and multiply. Two words make one number of 53 bits: 27 from
 * the first above 26 from the second.
 *
 * @param seed its low 32 bits count
 */
export function seededRandom(seed: number): () => number {
  let counter = seed | 0;
  const nextWord = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    let word = counter;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  return () => {
    const high = nextWord() >>> 5;
    const low = nextWord() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
}
