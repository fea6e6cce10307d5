import { describe, expect, test } from 'vitest';
import { serializeMessage } from './serialize-message.ts';
import type { SipRequest, SipResponse } from './sip-message.ts';

const REQUEST: SipRequest = {
  kind: 'request',
  method: 'MESSAGE',
  uri: 'sip:a@example.com',
  headers: [
    { name: 'Subject', value: 'naïve' },
    { name: 'X-Empty', value: '' },
  ],
  body: Buffer.from('héllo'),
};

describe('a message on the wire', () => {
  test('has its start line, its fields in order, and a Content-Length that counts bytes', () => {
    expect(serializeMessage(REQUEST).toString()).toBe(
      'MESSAGE sip:a@example.com SIP/2.0\r\nSubject: naïve\r\nX-Empty: \r\nContent-Length: 6\r\n\r\nhéllo',
    );
  });

  test('tells a response by status and reason, which may be empty', () => {
    const response: SipResponse = { kind: 'response', status: 100, reason: '', headers: [], body: Buffer.alloc(0) };
    expect(serializeMessage(response).toString()).toBe('SIP/2.0 100 \r\nContent-Length: 0\r\n\r\n');
  });

  test('puts a wrong Content-Length right where it stands, and drops a second one', () => {
    const headers = ['Content-Length', 'Subject', 'l'].map((name) => ({ name, value: '99' }));
    expect(serializeMessage({ ...REQUEST, headers }).toString()).toMatch(
      /SIP\/2\.0\r\nContent-Length: 6\r\nSubject: 99\r\n\r\n/,
    );
  });

  test.each([
    ['start line', { uri: 'sip:a@example.com SIP/2.0\r\nX: 1' }],
    ['header Subject', { headers: [{ name: 'Subject', value: 'a\nX: 1' }] }],
    ['header X\r', { headers: [{ name: 'X\r', value: '' }] }],
  ])('lets nothing smuggle a line in: %s', (where, change) => {
    expect(() => serializeMessage({ ...REQUEST, ...change })).toThrow(`SIP ${where} contains a line break`);
  });
});
