/** Characters that go to a client at a time: few enough to hold many answers, enough that a page of records is some of them. */
export const PART_LENGTH = 65_536;

/**
 * A part of an answer: text, since bytes handed from thread to thread are memory outside the heap, of which a few
 * megabytes make V8 mark the whole heap, and calls would wait for that.
 */
export interface Part {
  readonly text: string;
  readonly isLast: boolean;
}

/**
 * Puts pieces of text together to parts of about `PART_LENGTH`, and cuts what is longer. A part is made when it is asked
 * for, so that whoever reads slowly has nothing piled up. The last one may be empty.
 */
export async function* inParts(pieces: AsyncIterable<string>): AsyncGenerator<Part, void, undefined> {
  let waiting: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < PART_LENGTH) continue;
    for (const text of cut(waiting.join(''))) yield { text, isLast: false };
    waiting = [];
    length = 0;
  }
  yield { text: waiting.join(''), isLast: true };
}

function* cut(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length;) {
    // What is left over goes along where it is less than a part.
    let end = text.length - at < 2 * PART_LENGTH ? text.length : at + PART_LENGTH;
    // Parts are encoded one by one, and half a surrogate pair can't be.
    if (isHighSurrogate(text.charCodeAt(end - 1))) end += 1;
    yield text.slice(at, end);
    at = end;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
