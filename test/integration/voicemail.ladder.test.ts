import { describe, expect, it } from 'vitest';

import { answers } from '../support/phone/behaviours.ts';
import { Stage } from './stage.ts';

/**
 * A 200 OK is all that SIP says of who has picked up. Without a media server nobody is asked to press a digit, so what
 * stands against a machine that answers are these three: what is played before the 200, talk too short to bill, and the
 * ring timeout that moves on before a voicemail picks up.
 */
describe('a machine that "answers"', () => {
  it('by an announcement before the 200 is no answer: nobody is connected and nobody pays', async () => {
    const stage = await Stage.set({ buyers: { machine: (call) => call.playEarly() } });
    const call = stage.call();
    await call.waitFor(183);
    call.cancel();
    await call.waitFor(487);
    expect(await stage.onlyCdr()).toMatchObject({
      outcome: 'abandoned',
      connectedAt: null,
      talkMs: 0,
      buyerVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
      publisherVerdict: { billable: false, amountMicros: 0 },
    });
  });

  it('by a greeting that the caller hangs up on is connected, and nobody pays', async () => {
    const stage = await Stage.set({ buyers: { machine: answers() }, campaign: { minTalkS: 30 } });
    const [call] = await stage.connect('machine');
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({
      outcome: 'connected',
      buyerVerdict: { billable: false, reason: 'below-min-talk', amountMicros: 0 },
      publisherVerdict: { billable: false, reason: 'below-min-talk', amountMicros: 0 },
    });
  });

  it('after the ring timeout does not get the call: the next buyer has it by then', async () => {
    const stage = await Stage.set({
      buyers: { machine: { acts: answers({ ringMs: 5_000 }), ringTimeoutS: 1 }, person: answers() },
    });
    const [call] = await stage.connect('person');
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(cdr.destinationId).toBe(stage.ids.destinationIds['person']);
    expect(cdr.attempts).toMatchObject([{ reason: 'no-answer' }, { reason: null }]);
  });
});
