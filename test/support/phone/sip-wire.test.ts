import { describe, expect, it } from 'vitest';
import { paramOf, readUri, uriOf } from './addresses.ts';
import { buildRequest, buildResponse } from './build-message.ts';
import { cseqOf, headerValue, headerValues, readMessage, writeMessage, type SipRequest } from './sip-wire.ts';

const lines = (...text: string[]): Buffer => Buffer.from(text.join('\r\n'));

const invite = buildRequest({
  method: 'INVITE',
  uri: 'sip:+18005550100@127.0.0.1',
  sentBy: { host: '127.0.0.2', port: 5070 },
  transport: 'udp',
  branch: 'z9hG4bKx',
  routes: ['<sip:127.0.0.9;lr>'],
  from: '"Ann, really" <sip:ann@127.0.0.2>;tag=a',
  to: '<sip:+18005550100@127.0.0.1>',
  callId: 'c1',
  cseq: 3,
  contact: '<sip:ann@127.0.0.2:5070>',
  headers: { 'Max-Forwards': '5', 'X-Two': ['1', '2'], Contact: null },
  body: { type: 'application/sdp', text: 'v=0\r\ns=é\r\n' },
});

describe('SIP on the wire', () => {
  it('reads what it writes, with a Content-Length in bytes', () => {
    const read = readMessage(writeMessage(invite));
    expect(read).toMatchObject({ kind: 'request', method: 'INVITE', uri: invite.uri, body: invite.body });
    expect(headerValue(read, 'l')).toBe('11');
    expect(cseqOf(read)).toEqual({ number: 3, method: 'INVITE' });
  });

  it('lets a test replace a header, repeat it, or leave it out', () => {
    const [hops, twice, contacts] = ['Max-Forwards', 'X-Two', 'Contact'].map((name) => headerValues(invite, name));
    expect([hops, twice, contacts]).toEqual([['5'], ['1', '2'], []]);
  });

  it('reads compact names, folded lines and comma lists', () => {
    const message = readMessage(
      lines(
        'SIP/2.0 200 All is well',
        'v: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1,',
        ' SIP/2.0/TCP 127.0.0.2:5080;branch=z9hG4bK2',
        'm: "A, B" <sip:a@127.0.0.1,b>',
        '',
        '',
      ),
    );
    expect(message).toMatchObject({ status: 200, reason: 'All is well' });
    expect(headerValues(message, 'Via')).toHaveLength(2);
    expect(headerValues(message, 'Contact')).toEqual(['"A, B" <sip:a@127.0.0.1,b>']);
  });

  it('says what is no SIP', () => {
    expect(() => readMessage(lines('HELLO', '', ''))).toThrow(/neither a request nor a response: "HELLO"/);
    expect(() => readMessage(lines('OPTIONS sip:a@b SIP/2.0', 'nonsense', '', ''))).toThrow(/no header line/);
  });

  it('answers with the request’s Via, noting where it came from, and a tag of its own', () => {
    const response = buildResponse(invite, { status: 486, toTag: 'b', source: { host: '127.0.0.3', port: 6000 } });
    expect(headerValue(response, 'Via')).toBe(
      'SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKx;received=127.0.0.3;rport=6000',
    );
    expect(headerValue(response, 'To')).toBe('<sip:+18005550100@127.0.0.1>;tag=b');
    expect(
      buildResponse(reply(invite, response), { status: 200, toTag: 'c', source: { host: '', port: 0 } }),
    ).toMatchObject({ headers: expect.arrayContaining([['To', '<sip:+18005550100@127.0.0.1>;tag=b']]) });
  });
});

/** The request as it comes inside the dialog that the response began. */
function reply(request: SipRequest, response: ReturnType<typeof buildResponse>): SipRequest {
  const headers = request.headers.map(
    ([name, value]) => [name, name === 'To' ? (headerValue(response, 'To') ?? '') : value] as const,
  );
  return { ...request, headers };
}

describe('addresses', () => {
  it('finds the URI and the parameters outside its brackets', () => {
    const value = '"x;tag=no" <sip:a@127.0.0.1:5070;transport=tcp;lr>;tag=yes;q';
    expect(uriOf(value)).toBe('sip:a@127.0.0.1:5070;transport=tcp;lr');
    expect([paramOf(value, 'tag'), paramOf(value, 'q'), paramOf(value, 'lr')]).toEqual(['yes', '', undefined]);
    expect(readUri(uriOf(value))).toEqual({ user: 'a', host: '127.0.0.1', port: 5070, transport: 'tcp', lr: true });
  });

  it('says what is no SIP URI', () => {
    expect(() => readUri('mailto:desk')).toThrow(/no SIP URI: "mailto:desk"/);
  });
});
