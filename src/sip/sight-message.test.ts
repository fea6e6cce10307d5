import { describe, expect, it } from 'vitest';
import { sightMessage } from './sight-message.ts';

const INVITE = 'INVITE sip:a@192.0.2.1 SIP/2.0\r\nCall-ID: x\r\nCSeq: 4 INVITE\r\n\r\nv=0\r\nCSeq: 9 NOTHING\r\n';
const RINGING = 'SIP/2.0 180 Ringing\r\nCall-ID: x\r\ncseq :  4  INVITE\r\n\r\n';

describe('a frame from the SIP server', () => {
  it.each([
    ['a request received', `7|sip|network|512|udp|192.0.2.1|5060|t|tx|\r\n${INVITE}`, ['in', 'INVITE', null]],
    ['a response received', `7|sip|network|512|udp|192.0.2.1|5060|t|tx|dlg\r\n${RINGING}`, ['in', 'INVITE', 180]],
    [
      'a request sent by the server itself',
      `7|sip|application|9|||||unsolicited|dlg\r\nBYE sip:a SIP/2.0\r\n\r\n`,
      ['out', 'BYE', null],
    ],
    [
      'a request sent for us',
      `7|response|3|OK|application|512|udp|192.0.2.1|5060|t|tx|\r\n${INVITE}`,
      ['out', 'INVITE', null],
    ],
    [
      'a response sent for us',
      `7|response|3|OK|application|512|udp|192.0.2.1|5060|t|tx|\r\n${RINGING}`,
      ['out', 'INVITE', 180],
    ],
    ['a status without a phrase', `7|sip|network|||||||\r\nSIP/2.0 200\r\nCSeq: 1 BYE\r\n\r\n`, ['in', 'BYE', 200]],
  ])('tells of %s', (_, frame, [direction, method, status]) => {
    expect(sightMessage(frame)).toEqual({ direction, method, status });
  });

  it.each([
    ['a greeting', '7|response|1|OK|udp/127.0.0.1:5060|v0.9.10|'],
    ['a refusal', `7|response|3|NOK|unknown transaction\r\n${INVITE}`],
    ['a record of the server', `7|cdr:stop|network|t|r\r\n${INVITE}`],
    ['a message that is none', '7|sip|network|||||||\r\nhello\r\n\r\n'],
    ['a response that answers nothing', '7|sip|network|||||||\r\nSIP/2.0 200 OK\r\n\r\n'],
  ])('that is %s tells of no message', (_, frame) => {
    expect(sightMessage(frame)).toBeNull();
  });
});
