import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { DigitCollection } from './digit-collection.ts';

describe('the keys of an answer', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  const ask = (maxDigits: number): DigitCollection => new DigitCollection({ maxDigits, timeoutMs: 5_000 }, clock);
  const press = (collection: DigitCollection, keys: string): void => {
    for (const key of keys) collection.press(key);
  };

  it('are as many as were asked for, and what is pressed after that is not heard', async () => {
    const collection = ask(3);
    press(collection, '12345');
    expect(await collection.answer).toBe('123');
    expect(clock.running).toBe(0);
  });

  it('end at #, which is not among them', async () => {
    const collection = ask(5);
    press(collection, '12#3');
    expect(await collection.answer).toBe('12');
  });

  it('may be # where one key is asked for', async () => {
    const collection = ask(1);
    press(collection, '#');
    expect(await collection.answer).toBe('#');
  });

  it('end with the silence after the last one', async () => {
    const collection = ask(5);
    press(collection, '1');
    clock.advance(4_999);
    press(collection, '2');
    clock.advance(4_999);
    press(collection, '3');
    clock.advance(5_000);
    expect(await collection.answer).toBe('123');
  });

  it('are none where the silence after the prompt is too long', async () => {
    const collection = ask(5);
    clock.advance(60_000);
    collection.promptEnded();
    clock.advance(5_000);
    expect(await collection.answer).toBe('');
  });

  it('are not waited for longer because the prompt ends after the first', async () => {
    const collection = ask(5);
    press(collection, '1');
    clock.advance(3_000);
    collection.promptEnded();
    clock.advance(2_000);
    expect(await collection.answer).toBe('1');
  });

  it('are what there is when they are asked for no more, and a fault when they can not be had', async () => {
    const ended = ask(5);
    press(ended, '7');
    ended.end();
    expect(await ended.answer).toBe('7');
    const failed = ask(5);
    press(failed, '7');
    failed.fail(new Error('gone'));
    await expect(failed.answer).rejects.toThrow('gone');
    expect(clock.running).toBe(0);
  });
});
