import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSessionDescription } from './session-description.ts';

const sdp = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 't=0 0', ...lines, ''].join('\r\n');

describe('a session description', () => {
  it('has streams, each with what it says itself and what the session says for all', () => {
    const streams = readSessionDescription(
      sdp(
        'c=IN IP4 192.0.2.1',
        'a=sendonly',
        'm=audio 4000 rtp/avp 0 96',
        'a=rtpmap:96 Telephone-Event/8000',
        'a=ptime:30',
        'a=maxptime:60',
        'm=video 4002/2 UDP/TLS/RTP/SAVPF 97',
        'c=IN IP6 2001:db8::1/127',
        'a=inactive',
      ),
    );
    expect(streams).toMatchObject([
      {
        kind: 'audio',
        port: 4000,
        protocol: 'RTP/AVP',
        formats: ['0', '96'],
        address: '192.0.2.1',
        direction: 'sendonly',
        packetMs: 30,
        maxPacketMs: 60,
      },
      { kind: 'video', port: 4002, protocol: 'UDP/TLS/RTP/SAVPF', address: '2001:db8::1', direction: 'inactive' },
    ]);
    expect(streams?.[0]?.encodings.get(96)).toBe('TELEPHONE-EVENT/8000');
    expect(streams?.[0]?.encodings.get(0)).toBe('PCMU/8000');
  });

  it('says nothing of an address, a direction, a packet’s length where none is given', () => {
    expect(readSessionDescription(sdp('m=audio 0 RTP/AVP 0'))).toMatchObject([
      { address: undefined, direction: 'sendrecv', packetMs: undefined, maxPacketMs: undefined },
    ]);
  });

  it('may end its lines with LF alone', () => {
    expect(readSessionDescription(sdp('m=audio 4000 RTP/AVP 0').replaceAll('\r', ''))).toHaveLength(1);
  });

  it.each([
    '',
    'hello',
    'v=1',
    sdp('m=audio x RTP/AVP 0'),
    sdp('m=audio 70000 RTP/AVP 0'),
    sdp('m=audio'),
    sdp('no line'),
  ])('is none: %j', (text) => {
    expect(readSessionDescription(text)).toBeUndefined();
  });

  it('comes to no harm by any text', () => {
    const line = fc.oneof(fc.string(), fc.stringMatching(/^[amcotsv]=[ -~]{0,40}$/));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const streams = readSessionDescription(sdp(...lines));
        expect(streams === undefined || Array.isArray(streams)).toBe(true);
      }),
    );
  });
});
