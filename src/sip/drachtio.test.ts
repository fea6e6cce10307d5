import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createDrachtioClient, guardReading, sendableStatus } from './drachtio.ts';

describe('the library’s reader', () => {
  it('goes on to the next message where one sets off a defect', () => {
    const wp = new EventEmitter();
    const read: unknown[] = [];
    wp.on('msg', (_link: unknown, text: string) => {
      if (text === 'bad') throw new Error('no such header');
      read.push(text);
    });
    const faults: unknown[] = [];
    const client = Object.assign(createDrachtioClient(), { _app: { client: { wp } } });
    guardReading(client, (error) => faults.push(error));
    for (const text of ['one', 'bad', 'two']) wp.emit('msg', null, text);
    expect(read).toEqual(['one', 'two']);
    expect(faults).toEqual([new Error('no such header')]);
  });
});

describe('a status to send', () => {
  it('is the first of its class where the library knows none such', () => {
    expect([486, 299, 499, 607, 699].map(sendableStatus)).toEqual([486, 200, 400, 607, 600]);
  });
});
