import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, FrameReader } from './frames.ts';

describe('frames of the control protocol', () => {
  it('come out as they went in, however the stream is cut', () => {
    const texts = fc.array(fc.string({ minLength: 1, unit: 'binary' }), { maxLength: 6 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 50 }), (messages, cut) => {
        const stream = Buffer.concat(messages.map((message) => frame(message)));
        const reader = new FrameReader();
        const out: string[] = [];
        for (let at = 0; at < stream.length; at += cut) out.push(...reader.push(stream.subarray(at, at + cut)));
        expect(out).toEqual(messages.map((message) => Buffer.from(message).toString()));
      }),
    );
  });

  it('carry a payload of bytes behind the text', () => {
    expect(frame('é|', Buffer.from('x#y')).toString()).toBe('6#é|x#y');
  });

  it.each(['GET / HTTP/1.1', '#', '0#', '-1#x', '1e9#x', '12345678#', ' 5#hello'])('refuse %j', (text) => {
    expect(() => new FrameReader().push(Buffer.from(text))).toThrow(RangeError);
  });
});
