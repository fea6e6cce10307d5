import { describe, expect, it } from 'vitest';
import type { SipRequest } from '../../sip/message/sip-message.ts';
import { readApplicationAddress } from './application-address.ts';

const invite = (outbound: string, agent = 'drachtio-fsmrf:1'): SipRequest => ({
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:drachtio@127.0.0.1',
  headers: [
    { name: 'User-Agent', value: agent },
    { name: 'X-esl-outbound', value: outbound },
  ],
  body: Buffer.alloc(0),
});

describe('the application of a call', () => {
  it.each([
    ['127.0.0.1:8085', { host: '127.0.0.1', port: 8085 }],
    ['127.1.2.3:1', { host: '127.1.2.3', port: 1 }],
    ['localhost:8085', { host: 'localhost', port: 8085 }],
    ['[::1]:8085', { host: '::1', port: 8085 }],
    ['192.0.2.5:8085', { host: '192.0.2.5', port: 8085 }],
  ])('is at %s', (outbound, address) => {
    expect(readApplicationAddress(invite(outbound), '192.0.2.5')).toEqual(address);
  });

  it.each(['192.0.2.6:8085', 'example.com:8085', '127.0.0.1.example.com:80', 'localhost.example.com:80'])(
    'is not looked for at %s, wherever a stranger may have us connect',
    (outbound) => {
      expect(() => readApplicationAddress(invite(outbound), '192.0.2.5')).toThrow(
        expect.objectContaining({ status: 403, message: expect.stringContaining('must be on loopback or 192.0.2.5') }),
      );
    },
  );

  it.each([
    ['', 'drachtio-fsmrf:1'],
    ['127.0.0.1', 'drachtio-fsmrf:1'],
    ['127.0.0.1:0', 'drachtio-fsmrf:1'],
    ['127.0.0.1:70000', 'drachtio-fsmrf:1'],
    ['127.0.0.1:8085', 'a phone'],
  ])('is none: %j of %j', (outbound, agent) => {
    expect(() => readApplicationAddress(invite(outbound, agent), '127.0.0.1')).toThrow(
      expect.objectContaining({ status: 404 }),
    );
  });
});
