import { describe, expect, it } from 'vitest';
import { readCommand } from './read-command.ts';

const sip = (head: string, ...lines: string[]): ReturnType<typeof readCommand> =>
  readCommand([head, ...lines].join('\r\n'));

describe('commands of an application', () => {
  it('are told by their verb', () => {
    expect(readCommand('1|authenticate|secret|tag1,tag2')).toEqual({ kind: 'authenticate', id: '1', secret: 'secret' });
    expect(readCommand('2|route|INVITE')).toEqual({ kind: 'route', id: '2', method: 'invite' });
    expect(readCommand('3|remove_route|invite')).toEqual({ kind: 'remove-route', id: '3', method: 'invite' });
    expect(readCommand('4|ping')).toEqual({ kind: 'ping', id: '4' });
    expect(readCommand('5|brew|tea')).toEqual({ kind: 'unknown', id: '5', reason: 'Unknown message type' });
    expect(readCommand('6')).toEqual({ kind: 'unknown', id: '6', reason: 'Invalid message format' });
  });

  it('carry a request, with canonical names, its body and the server to send by', () => {
    const command = sip(
      '1|sip|||sip:proxy',
      'INVITE sip:x@y SIP/2.0',
      'from: <sip:a@b>',
      'x-own: 1',
      'p-foo-bar: 2',
      '',
      'v=0',
      '',
    );
    expect(command).toMatchObject({ kind: 'sip', transactionId: '', dialogId: '', routeUri: 'sip:proxy' });
    expect(command).toMatchObject({
      message: {
        kind: 'request',
        method: 'INVITE',
        uri: 'sip:x@y',
        headers: [
          { name: 'From', value: '<sip:a@b>' },
          { name: 'x-own', value: '1' },
          { name: 'P-Foo-Bar', value: '2' },
        ],
        body: Buffer.from('v=0\r\n'),
      },
    });
  });

  it('carry a response with the transaction it answers', () => {
    const command = sip('1|sip|txn|', 'SIP/2.0 486 Busy Here', '', '');
    expect(command).toMatchObject({
      transactionId: 'txn',
      message: { kind: 'response', status: 486, reason: 'Busy Here' },
    });
  });

  it('with a line that is no header lose that line alone', () => {
    const command = sip('1|sip||', 'OPTIONS sip:x SIP/2.0', 'not a header', ': nameless', 'ok: yes', '', '');
    expect(command).toMatchObject({ message: { headers: [{ name: 'Ok', value: 'yes' }] } });
  });

  it('without a SIP message are refused', () => {
    expect(readCommand('1|sip||')).toMatchObject({ kind: 'unknown' });
    expect(sip('1|sip||', 'hello', '', '')).toMatchObject({ kind: 'unknown' });
  });
});
