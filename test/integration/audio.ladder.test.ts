import { describe, expect, it } from 'vitest';
import { answers, staysSilent } from '../support/phone/behaviours.ts';
import type { IncomingCall } from '../support/phone/incoming-call.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import type { RtpStream } from '../support/phone/rtp-stream.ts';
import { Stage } from './stage.ts';

const CALLER_HZ = 440;
const BUYER_HZ = 1_000;

/** A call on which both have a voice of their own. */
async function speaking(): Promise<{
  readonly stage: Stage;
  readonly call: OutgoingCall;
  readonly answered: IncomingCall;
  readonly callerVoice: RtpStream;
  readonly buyerVoice: RtpStream;
}> {
  const stage = await Stage.set({ buyers: { ann: staysSilent() } });
  const buyerVoice = await stage.buyer('ann').openAudio({ toneHz: BUYER_HZ });
  const callerVoice = await stage.carrier.openAudio({ toneHz: CALLER_HZ });
  stage.buyer('ann').onCall = answers({ audio: async () => Promise.resolve(buyerVoice) });
  const [call, answered] = await stage.connect('ann', { audio: callerVoice });
  return { stage, call, answered, callerVoice, buyerVoice };
}

describe('audio', () => {
  it('passes between the two: each hears the other and not itself, digits arrive, and the SDP is untouched', async () => {
    const { stage, call, answered, callerVoice, buyerVoice } = await speaking();
    expect(answered.invite.body).toBe(call.invite.body);
    expect(stage.message('carrier', '← 200').body).toBe(stage.message('ann', '→ 200').body);
    await Promise.all([callerVoice.waitToHear(BUYER_HZ), buyerVoice.waitToHear(CALLER_HZ)]);
    expect([callerVoice.hears(CALLER_HZ), buyerVoice.hears(BUYER_HZ)]).toEqual([false, false]);
    callerVoice.sendDigits('42#');
    await buyerVoice.waitForDigits('42#');
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true } });
  });

  it('is silent towards who has put the other on hold, and comes back', async () => {
    const { stage, call, callerVoice, buyerVoice } = await speaking();
    await callerVoice.waitToHear(BUYER_HZ);
    expect((await call.hold()).status).toBe(200);
    await callerVoice.waitForQuiet();
    expect(buyerVoice.hears(CALLER_HZ)).toBe(true);
    expect((await call.resume()).status).toBe(200);
    await callerVoice.waitToHear(BUYER_HZ);
    await call.bye();
    await stage.onlyCdr();
  });
});
