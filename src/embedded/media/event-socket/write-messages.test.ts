import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelData, commandReply, eventMessage, headerLines, lingerNotice } from './write-messages.ts';

const headers = new Map([
  ['Event-Name', 'DTMF'],
  ['variable_sdp', 'v=0\r\no=- "x"'],
]);

describe('what is said', () => {
  it('is encoded in headers as FreeSWITCH does it: commas and slashes stay', () => {
    expect(headerLines(new Map([['a', 'sofia/x@1.2.3.4:5, 100% {ü}']]))).toBe(
      'a: sofia/x%401.2.3.4%3A5,%20100%25%20%7B%C3%BC%7D\n',
    );
  });

  it('can be decoded again, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const line = headerLines(new Map([['a', value]]));
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(decodeURIComponent(line.slice(3, -1))).toBe(value.toWellFormed());
      }),
    );
  });

  it('in a reply is one line, in which nothing can be taken for an escape', () => {
    expect(commandReply('+OK 5%\r\nContent-Length: 9\n\n')).toBe(
      'Content-Type: command/reply\nReply-Text: +OK 5%25 Content-Length: 9 \n\n',
    );
  });

  it('as an event in JSON has its body beside the headers', () => {
    const text = eventMessage({ name: 'DTMF', headers, body: 'grün' }, 'json');
    const [head = '', body = ''] = text.split('\n\n');
    expect(head).toBe(`Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-json`);
    expect(JSON.parse(body)).toEqual({ ...Object.fromEntries(headers), 'Content-Length': '5', _body: 'grün' });
  });

  it('as an event in plain text ends with an empty line, or the length of its body', () => {
    expect(eventMessage({ name: 'DTMF', headers: new Map([['Event-Name', 'DTMF']]) }, 'plain')).toBe(
      'Content-Length: 18\nContent-Type: text/event-plain\n\nEvent-Name: DTMF\n\n',
    );
    expect(eventMessage({ name: 'DTMF', headers, body: 'grün' }, 'plain')).toMatch(/\nContent-Length: 5\n\ngrün$/);
  });

  it('of a channel is a reply whose headers are the channel’s', () => {
    expect(channelData(headers)).toBe(
      'Event-Name: DTMF\nvariable_sdp: v%3D0%0D%0Ao%3D-%20%22x%22\nContent-Type: command/reply\n' +
        'Reply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n',
    );
  });

  it('of a call that is over says how long it may be listened to', () => {
    expect(lingerNotice('u', 'n', 5)).toContain('\nContent-Disposition: linger\nChannel-Name: n\nLinger-Time: 5\n');
  });
});
