import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createDrachtioClient } from './drachtio.ts';
import { writeTogether } from './write-together.ts';

/** A link that remembers in which lots its messages left. */
class RecordedLink extends Socket {
  readonly lots: string[][] = [];

  override _write(message: Buffer, _encoding: string, done: () => void): void {
    this.lots.push([message.toString()]);
    done();
  }

  override _writev(messages: readonly { chunk: Buffer }[], done: () => void): void {
    this.lots.push(messages.map(({ chunk }) => chunk.toString()));
    done();
  }
}

it('sends what one turn writes, its promises included, as one, and what the next writes after it', async () => {
  const wp = new EventEmitter();
  writeTogether(Object.assign(createDrachtioClient(), { _app: { client: { wp } } }));
  const link = new RecordedLink();
  wp.emit('connect', link);

  link.write('one');
  await Promise.resolve().then(() => link.write('two'));
  expect(link.lots).toEqual([]);
  await new Promise(setImmediate);
  expect(link.lots).toEqual([['one', 'two']]);

  link.write('three');
  await new Promise(setImmediate);
  expect(link.lots).toEqual([['one', 'two'], ['three']]);
});
