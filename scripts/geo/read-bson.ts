import { readFileSync } from 'node:fs';

const STRING_ELEMENT = 0x02;

/**
 * Reads a BSON document of strings alone, the form libphonenumber's prefix maps come in (bsonspec.org: int32 size, then
 * elements of type, zero-ended name, int32 size and zero-ended value, then a zero).
 */
export function readBson(path: URL): Map<string, string> {
  const bytes = readFileSync(path);
  const entries = new Map<string, string>();
  let at = 4;
  while (bytes[at] !== 0) {
    if (bytes[at] !== STRING_ELEMENT) throw new Error(`${path.pathname}: element at byte ${at} is not a string.`);
    const nameEnd = bytes.indexOf(0, at + 1);
    const size = bytes.readInt32LE(nameEnd + 1);
    const valueStart = nameEnd + 5;
    entries.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', valueStart, valueStart + size - 1));
    at = valueStart + size;
  }
  return entries;
}
