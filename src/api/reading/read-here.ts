import { Readable } from 'node:stream';

import type { StoreReader } from '../../store/open-reader.ts';
import { answerTo } from './answers.ts';
import { inParts, type Part } from './in-parts.ts';
import type { Reader } from './reader.ts';

/** Answers in the thread that asks: for a store that no other thread can open, such as one in memory. */
export function createReaderHere(store: StoreReader): Reader {
  return {
    async ask(name, question) {
      const parts = inParts(answerTo(store, name, question));
      const first = (await parts.next()).value as Part;
      return first.isLast ? first.text : Readable.from(textsOf(first, parts));
    },
  };
}

async function* textsOf(first: Part, rest: AsyncIterable<Part>): AsyncGenerator<string, void, undefined> {
  yield first.text;
  for await (const { text } of rest) yield text;
}
