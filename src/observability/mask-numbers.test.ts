import { describe, expect, it } from 'vitest';
import { maskNumbers } from './mask-numbers.ts';

describe('a masked line', () => {
  it.each([
    ['{"did":"+14155550100"}', '{"did":"+*******0100"}'],
    ['{"did":"4155550100"}', '{"did":"******0100"}'],
    ['{"dnis":"(415) 555-0100","ani":"+442079460123"}', '{"dnis":"(***) ***-0100","ani":"+********0123"}'],
    ['{"msg":"no route for +14155550100."}', '{"msg":"no route for +*******0100."}'],
    ['{"path":"/v1/calls?ani=%2B14155550100&limit=5"}', '{"path":"/v1/calls?ani=%2B*******0100&limit=5"}'],
    ['{"uri":"sip:14155550100@192.0.2.1:5060"}', '{"uri":"sip:*******0100@192.0.2.1:5060"}'],
    ['{"uri":"tel:+1-415-555-0100"}', '{"uri":"tel:+*-***-***-0100"}'],
  ])('of %s is %s', (line, masked) => {
    expect(maskNumbers(line)).toBe(masked);
  });

  it.each([
    '{"time":"2026-11-21T12:00:00.123Z","callId":"call_01KAMW0VJ3T5Y2Q8N4R6S7T8V9"}',
    '{"gateway":"sip:192.0.2.100:5060","talkMs":1234567890,"chargeMicros":25000000}',
    '{"sipCallId":"1234567890-abc@192.0.2.1","address":"198.51.100.100"}',
    '{"ani":"anonymous","did":"100"}',
  ])('leaves %s as it is', (line) => {
    expect(maskNumbers(line)).toBe(line);
  });
});
