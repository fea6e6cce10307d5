import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sipMessage, withTrueLength } from '../../../../test/support/sip-arbitraries.ts';
import { parseMessage } from './parse-message.ts';
import { serializeMessage } from './serialize-message.ts';
import type { SipMessage } from './sip-message.ts';

const COMPACT = new Map([
  ['Via', 'v'],
  ['From', 'f'],
  ['To', 't'],
  ['Call-ID', 'i'],
  ['Contact', 'm'],
  ['Subject', 's'],
  ['Supported', 'k'],
  ['Content-Length', 'l'],
]);

/** Ways to write one header line that mean the same (RFC 3261 §7.3.1, §7.3.3). */
const SPELLINGS: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `${name}: ${value}`,
  (name, value) => `${name}:${value}`,
  (name, value) => `${COMPACT.get(name) ?? name} \t : ${value} \t`,
  (name, value) => `${name.startsWith('X-') ? name : name.toUpperCase()}:\r\n ${value}`,
  (name, value) => `${name.startsWith('X-') ? name : name.toLowerCase()}: ${value.replaceAll(' ', ' \r\n\t ')}`,
];

function spelled(message: SipMessage, choices: readonly number[]): Buffer {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} sip/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers.map(({ name, value }, at) => {
    const spelling = SPELLINGS[(choices[at] ?? 0) % SPELLINGS.length];
    return spelling === undefined ? '' : spelling(name, value);
  });
  return Buffer.concat([Buffer.from([start, ...lines, '', ''].join('\r\n')), message.body]);
}

describe('a message on its way through the wire', () => {
  test('comes out as it went in, with its Content-Length true', () => {
    fc.assert(
      fc.property(sipMessage, (message) => {
        expect(parseMessage(serializeMessage(message))).toEqual({ ok: true, message: withTrueLength(message) });
      }),
      { numRuns: 1_000 },
    );
  });

  test('reads the same however its header lines are spelled', () => {
    fc.assert(
      fc.property(sipMessage, fc.array(fc.nat(), { minLength: 14, maxLength: 14 }), (message, choices) => {
        const complete = withTrueLength(message);
        expect(parseMessage(spelled(complete, choices))).toEqual({ ok: true, message: complete });
      }),
      { numRuns: 1_000 },
    );
  });

  test('loses what follows its body, and nothing else', () => {
    fc.assert(
      fc.property(sipMessage, fc.uint8Array({ maxLength: 40 }), (message, trailer) => {
        const bytes = serializeMessage(message);
        expect(parseMessage(Buffer.concat([bytes, trailer]))).toEqual(parseMessage(bytes));
      }),
    );
  });

  test('is malformed when any of its last bytes is missing from the body', () => {
    fc.assert(
      fc.property(sipMessage, fc.nat(), (message, cut) => {
        fc.pre(message.body.length > 0);
        const missing = 1 + (cut % message.body.length);
        const result = parseMessage(serializeMessage(message).subarray(0, -missing));
        expect(result).toMatchObject({ ok: false, malformed: { status: 400 } });
      }),
    );
  });
});
