import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiateAudio, type NegotiatedAudio } from './negotiate-audio.ts';
import { readSessionDescription, type MediaDescription } from './session-description.ts';
import { writeAnswer, writeOffer } from './write-session.ts';

const own = { address: '198.51.100.1', port: 30_000 };

const offer = (media: string, attributes: readonly string[] = [], address = '192.0.2.1'): readonly MediaDescription[] =>
  readSessionDescription(
    [
      'v=0',
      'o=- 1 1 IN IP4 192.0.2.1',
      's=-',
      `c=IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`,
      't=0 0',
      `m=${media}`,
      ...attributes,
      '',
    ].join('\r\n'),
  )!;

const agreed = (...args: Parameters<typeof offer>): NegotiatedAudio => {
  const audio = negotiateAudio(offer(...args), own);
  if ('refusal' in audio) throw new Error(audio.refusal);
  return audio;
};

describe('an offer of audio', () => {
  it('is agreed to with its first codec that there is, and its telephone-event', () => {
    expect(
      agreed('audio 4000 RTP/AVP 18 111 8 0 96', ['a=rtpmap:111 opus/48000/2', 'a=rtpmap:96 telephone-event/8000'])
        .agreement,
    ).toEqual({
      remote: { address: '192.0.2.1', port: 4000 },
      codec: 8,
      telephoneEvent: 96,
      direction: 'sendrecv',
      packetMs: 20,
    });
  });

  it('is agreed to without telephone-event where it has none at 8000 Hz', () => {
    const attributes = ['a=rtpmap:101 telephone-event/48000'];
    expect(agreed('audio 4000 RTP/AVP 0 101', attributes).agreement.telephoneEvent).toBeNull();
  });

  it.each([
    ['sendrecv', 'sendrecv', false],
    ['sendonly', 'recvonly', true],
    ['recvonly', 'sendonly', false],
    ['inactive', 'inactive', true],
  ])('of %s is answered %s, which is a hold: %s', (direction, answer, isHeld) => {
    const audio = agreed('audio 4000 RTP/AVP 0', [`a=${direction}`]);
    expect([audio.agreement.direction, audio.isHeld]).toEqual([answer, isHeld]);
  });

  it('to nowhere is a hold, as RFC 2543 had it', () => {
    const audio = agreed('audio 4000 RTP/AVP 0', [], '0.0.0.0');
    expect([audio.agreement.direction, audio.isHeld]).toEqual(['recvonly', true]);
  });

  it('that is our own again is sent nothing', () => {
    expect(agreed(`audio ${own.port} RTP/AVP 0`, ['a=recvonly'], own.address).agreement.direction).toBe('inactive');
  });

  it.each([
    [[], 20],
    [['a=ptime:30'], 30],
    [['a=ptime:25'], 20],
    [['a=ptime:60', 'a=maxptime:40'], 20],
    [['a=maxptime:10'], 10],
  ])('with %j is sent packets of %d ms', (attributes, packetMs) => {
    expect(agreed('audio 4000 RTP/AVP 0', attributes).agreement.packetMs).toBe(packetMs);
  });

  it.each<[string, string[], string, RegExp]>([
    ['video 4000 RTP/AVP 97', [], '192.0.2.1', /^no audio is offered$/],
    ['audio 0 RTP/AVP 0', [], '192.0.2.1', /^no audio is offered$/],
    [
      'audio 4000 RTP/SAVP 0',
      [],
      '192.0.2.1',
      /^only RTP\/SAVP is offered, .* no SRTP: offer RTP\/AVP, or run a FreeSWITCH/,
    ],
    ['audio 4000 UDP/TLS/RTP/SAVPF 0', [], '192.0.2.1', /^only UDP\/TLS\/RTP\/SAVPF is offered/],
    [
      'audio 4000 RTP/AVP 18 111',
      ['a=rtpmap:111 opus/48000/2'],
      '192.0.2.1',
      /^only G729\/8000, OPUS\/48000 is offered, .* has PCMU and PCMA/,
    ],
    ['audio 4000 RTP/AVP 97', ['a=rtpmap:97 PCMU/8000'], '192.0.2.1', /^only PCMU\/8000 is offered/],
    ['audio 4000 RTP/AVP 0', [], 'phone.example.com', /must hold an IP address, not phone\.example\.com$/],
    ['audio 4000 RTP/AVP 0', [], '2001:db8::1', /^audio goes over IPv4 here, and 2001:db8::1 is IPv6$/],
  ])('of %s %j to %s is refused, with the reason', (media, attributes, address, reason) => {
    const audio = negotiateAudio(offer(media, attributes, address), own);
    expect('refusal' in audio && audio.refusal).toMatch(reason);
  });
});

describe('our own description', () => {
  const origin = { id: 7, version: 2 };

  it('offers both codecs and telephone-event', () => {
    expect(writeOffer(origin, own)).toBe(
      [
        'v=0',
        'o=mrf 7 2 IN IP4 198.51.100.1',
        's=mrf',
        'c=IN IP4 198.51.100.1',
        't=0 0',
        'm=audio 30000 RTP/AVP 0 8 101',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        'a=ptime:20',
        '',
      ].join('\r\n'),
    );
  });

  it('answers every stream of an offer in its place: one with audio, the others refused', () => {
    const offered = [
      ...offer('video 4000 RTP/AVP 97'),
      ...offer('audio 4002 RTP/SAVP 0'),
      ...offer('audio 4004 RTP/AVPF 8 0', ['a=ptime:30', 'a=sendonly']),
    ];
    const audio = negotiateAudio(offered, own);
    if ('refusal' in audio) throw new Error(audio.refusal);
    expect(writeAnswer(origin, own, offered, audio).split('\r\n').slice(5)).toEqual([
      'm=video 0 RTP/AVP 97',
      'm=audio 0 RTP/SAVP 0',
      'm=audio 30000 RTP/AVPF 8',
      'a=rtpmap:8 PCMA/8000',
      'a=ptime:30',
      'a=recvonly',
      '',
    ]);
  });

  it('is read by the other side as it was meant', () => {
    const direction = fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive');
    const formats = fc.shuffledSubarray(['0', '8', '18', '101'], { minLength: 1 });
    fc.assert(
      fc.property(direction, formats, fc.constantFrom(10, 20, 30, 40, 60), (said, types, packetMs) => {
        const offered = offer(`audio 4000 RTP/AVP ${types.join(' ')}`, [
          'a=rtpmap:101 telephone-event/8000',
          `a=ptime:${packetMs}`,
          `a=${said}`,
        ]);
        const ours = negotiateAudio(offered, own);
        fc.pre(!('refusal' in ours));
        const theirs = negotiateAudio(readSessionDescription(writeAnswer(origin, own, offered, ours))!, {
          address: '192.0.2.1',
          port: 4000,
        });
        if ('refusal' in theirs) throw new Error(theirs.refusal);
        const { codec, telephoneEvent } = ours.agreement;
        expect(theirs.agreement).toEqual({ remote: own, codec, telephoneEvent, packetMs, direction: said });
      }),
    );
  });
});
