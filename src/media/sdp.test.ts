import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOffer, writeAnswer, writeOffer, writeSdp, type AudioStream } from './sdp.ts';

const ORIGIN = { id: '42', version: 3 };

function sdp(...media: readonly string[]): string {
  const session = ['v=0', 'o=carrier 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
  return [...session, ...media, ''].join('\r\n');
}

describe('an SDP that is read', () => {
  it('is its first audio in G.711, with the codec that stands first and keys at 8000 Hz', () => {
    const offer = sdp(
      'm=audio 4000 RTP/AVP 96 8 0 97 101',
      'a=rtpmap:96 opus/48000/2',
      'a=rtpmap:97 telephone-event/48000',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:30',
    );
    expect(readOffer(offer)?.audio).toEqual({
      address: '192.0.2.1',
      port: 4000,
      codec: 8,
      keys: 101,
      direction: 'sendrecv',
      packetMs: 30,
    });
  });

  it('takes the address and the direction of the section before those of the session', () => {
    const offer = sdp('a=inactive', 'm=audio 4000 RTP/AVP 0', 'c=IN IP4 192.0.2.9', 'a=sendonly');
    expect(readOffer(offer)?.audio).toMatchObject({ address: '192.0.2.9', direction: 'sendonly', keys: null });
    expect(readOffer(sdp('a=inactive', 'm=audio 4000 RTP/AVP 0'))?.audio.direction).toBe('inactive');
  });

  it.each([
    [undefined, 'sendonly'],
    ['a=sendrecv', 'sendonly'],
    ['a=recvonly', 'inactive'],
  ])('reads the address 0.0.0.0 as a hold: %s is %s', (said, direction) => {
    const offer = sdp('m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0', ...(said === undefined ? [] : [said]));
    expect(readOffer(offer)?.audio.direction).toBe(direction);
  });

  it.each([
    ['no audio', sdp('m=video 4000 RTP/AVP 31')],
    ['an audio that is refused', sdp('m=audio 0 RTP/AVP 0')],
    ['no codec of ours', sdp('m=audio 4000 RTP/AVP 9 96', 'a=rtpmap:96 opus/48000/2')],
    ['encrypted audio alone', sdp('m=audio 4000 RTP/SAVP 0')],
    ['IPv6 alone', sdp('m=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::1').replace('c=IN IP4 192.0.2.1\r\n', '')],
    ['nothing', ''],
  ])('is nothing we can speak where it has %s', (_what, offer) => {
    expect(readOffer(offer)).toBeNull();
  });

  it('reads what is written, whatever it is', () => {
    const stream: fc.Arbitrary<AudioStream> = fc.record({
      address: fc.ipV4().filter((address) => address !== '0.0.0.0'),
      port: fc.integer({ min: 1, max: 65_535 }),
      codec: fc.constantFrom(0, 8),
      keys: fc.option(fc.integer({ min: 96, max: 127 })),
      direction: fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive'),
      packetMs: fc.option(fc.constantFrom(10, 20, 30, 60)),
    });
    fc.assert(
      fc.property(stream, (audio) => {
        expect(readOffer(writeSdp(audio, ORIGIN))?.audio).toEqual(audio);
        expect(readOffer(writeOffer(audio, ORIGIN))?.audio).toEqual(audio);
      }),
    );
  });

  it('never throws, whatever is sent', () => {
    fc.assert(fc.property(fc.string(), (text) => void readOffer(text)));
    const lines = fc.constantFrom(
      'm=audio 4000 RTP/AVP 0',
      'm=audio x RTP/AVP',
      'a=sendonly',
      'c=IN IP4',
      'a=ptime:',
      '',
    );
    fc.assert(fc.property(fc.array(lines), (chosen) => void readOffer(chosen.join('\r\n'))));
  });
});

describe('an SDP that is written', () => {
  const audio: AudioStream = {
    address: '192.0.2.7',
    port: 30_000,
    codec: 8,
    keys: 101,
    direction: 'sendrecv',
    packetMs: 20,
  };

  it('offers both codecs, the preferred one first', () => {
    expect(writeOffer(audio, ORIGIN).split('\r\n')).toEqual([
      'v=0',
      'o=- 42 3 IN IP4 192.0.2.7',
      's=-',
      'c=IN IP4 192.0.2.7',
      't=0 0',
      'm=audio 30000 RTP/AVP 8 0 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ]);
  });

  it('answers each section in its place, and refuses all but the audio it took', () => {
    const offer = readOffer(
      sdp(
        'm=audio 0 RTP/AVP 0',
        'm=video 4002 RTP/AVP 31 34',
        'a=rtpmap:31 H261/90000',
        'm=audio 4004 RTP/AVP 8',
        'm=image 4006 udptl t38',
      ),
    );
    expect(writeAnswer(audio, offer!, ORIGIN).match(/^m=.*$/gm)).toEqual([
      'm=audio 0 RTP/AVP 0',
      'm=video 0 RTP/AVP 31 34',
      'm=audio 30000 RTP/AVP 8 101',
      'm=image 0 udptl t38',
    ]);
  });
});
