import { describe, expect, it } from 'vitest';
import { answerFrom, offerFrom, readSdp, writeSdp, type Direction } from './sdp.ts';

const at = { host: '127.0.0.1', port: 4000 };
const there = { host: '127.0.0.2', port: 5000 };

describe('SDP', () => {
  it('reads what it writes', () => {
    const session = offerFrom(at, ['PCMU', 'PCMA'], 'sendonly');
    expect(readSdp(writeSdp(session))).toEqual(session);
  });

  it('keeps the offer’s order of codecs and its digits’ payload type', () => {
    const offer = { ...offerFrom(at, ['PCMA', 'PCMU']), digitsType: 96 };
    expect(answerFrom(there, ['PCMU', 'PCMA'], offer)).toEqual({ ...offer, ...there });
    expect(answerFrom(there, ['PCMU'], offerFrom(at, ['PCMA']))).toBeNull();
  });

  it.each<[Direction, Direction, Direction]>([
    ['sendrecv', 'sendrecv', 'sendrecv'],
    ['sendonly', 'sendrecv', 'recvonly'],
    ['recvonly', 'sendrecv', 'sendonly'],
    ['inactive', 'sendrecv', 'inactive'],
    ['sendrecv', 'sendonly', 'sendonly'],
    ['sendonly', 'sendonly', 'inactive'],
  ])('answers %s, wanting %s, with %s', (offered, wanted, answered) => {
    const offer = offerFrom(at, ['PCMU'], offered);
    expect(answerFrom(there, ['PCMU'], offer, wanted)?.direction).toBe(answered);
  });

  it('reads the old way of holding, and codecs without rtpmap', () => {
    const old = ['v=0', 'c=IN IP4 0.0.0.0', 'm=audio 4000 RTP/AVP 8 0 18'].join('\r\n');
    expect(readSdp(old)).toMatchObject({ direction: 'inactive', codecs: ['PCMA', 'PCMU'], digitsType: null });
  });

  it('says which line is missing', () => {
    expect(() => readSdp('v=0\r\n')).toThrow(/no c= or m=audio line/);
  });
});
