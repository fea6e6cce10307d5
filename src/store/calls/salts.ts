import { randomFillSync } from 'node:crypto';

const SALT_BYTES = 16;
const AT_ONCE = 256;

/**
 * Makes salts, 128 random bits each in hexadecimal: what can't be guessed, so that nobody can try all numbers against
 * what was committed to. Drawn many at once, since asking the system costs more than a hash.
 */
export function createSalts(): () => string {
  const drawn = Buffer.alloc(SALT_BYTES * AT_ONCE);
  let next = AT_ONCE;
  return () => {
    if (next === AT_ONCE) {
      randomFillSync(drawn);
      next = 0;
    }
    const from = next * SALT_BYTES;
    next += 1;
    return drawn.toString('hex', from, from + SALT_BYTES);
  };
}
