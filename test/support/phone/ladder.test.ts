import { describe, expect, it } from 'vitest';
import { drawLadder, Ladder } from './ladder.ts';
import { readMessage, type SipMessage } from './sip-wire.ts';

const ANN = '127.0.0.1:1';
const TOLLGATE = '127.0.0.1:2';
const BOB = '127.0.0.1:3';

function message(start: string, { cseq = '1 INVITE', callId = 'a', sdp = false } = {}): SipMessage {
  const head = [start, `Via: SIP/2.0/UDP x;branch=${callId}`, `Call-ID: ${callId}`, `CSeq: ${cseq}`];
  return readMessage(Buffer.from(`${head.join('\r\n')}\r\n\r\n${sdp ? 'v=0\r\n' : ''}`));
}

function threeParties(): Ladder {
  const ladder = new Ladder();
  ladder.name(ANN, 'ann');
  ladder.name(TOLLGATE, 'tollgate');
  ladder.name(BOB, 'bob');
  const invite = message('INVITE sip:b SIP/2.0', { sdp: true });
  const onward = message('INVITE sip:b SIP/2.0', { callId: 'b' });
  ladder.add({ atMs: 1000, phone: 'ann', direction: 'sent', peer: TOLLGATE, message: invite });
  ladder.add({ atMs: 1012.4, phone: 'bob', direction: 'received', peer: TOLLGATE, message: onward });
  ladder.add({ atMs: 1500, phone: 'ann', direction: 'sent', peer: TOLLGATE, message: invite });
  const busy = message('SIP/2.0 486 Busy Here', { callId: 'b' });
  ladder.add({ atMs: 1600, phone: 'bob', direction: 'sent', peer: TOLLGATE, message: busy });
  const gone = message('SIP/2.0 200 OK', { cseq: '2 BYE', callId: 'b' });
  ladder.add({ atMs: 1700, phone: 'bob', direction: 'sent', peer: ANN, message: gone });
  return ladder;
}

describe('drawLadder', () => {
  it('draws who said what to whom and when, repetitions marked', () => {
    expect(`\n${drawLadder(threeParties(), { parties: ['ann', 'tollgate', 'bob'] })}\n`).toBe(`
         ann                       tollgate                  bob
     0   │────── INVITE +SDP ─────▶│                         │
    12   │                         │──────── INVITE ────────▶│
   500   │── INVITE +SDP (again) ─▶│                         │
   600   │                         │◀──── 486 Busy Here ─────│
   700   │◀───────────────── 200 OK (BYE) ───────────────────│
`);
  });

  it('can show one call alone', () => {
    expect(drawLadder(threeParties(), { callId: 'b' })).not.toContain('+SDP');
  });

  it('draws a message that both ends wrote down once', () => {
    const ladder = new Ladder();
    ladder.name(ANN, 'ann');
    ladder.name(BOB, 'bob');
    const options = message('OPTIONS sip:b SIP/2.0', { cseq: '1 OPTIONS' });
    ladder.add({ atMs: 0, phone: 'ann', direction: 'sent', peer: BOB, message: options });
    ladder.add({ atMs: 1, phone: 'bob', direction: 'received', peer: ANN, message: options });
    expect(drawLadder(ladder).split('\n')).toHaveLength(2);
  });

  it('has colours only where they are asked for', () => {
    const escape = '\u001B';
    expect(drawLadder(threeParties())).not.toContain(escape);
    expect(drawLadder(threeParties(), { colours: true })).toContain(`${escape}[36m`);
  });

  it('says so when nothing was said', () => {
    expect(drawLadder(new Ladder())).toBe('(nothing was said)');
  });
});
