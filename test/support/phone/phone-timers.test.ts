import { describe, expect, it } from 'vitest';
import { answers, ignoresBye, rejects, ringsForever, staysSilent } from './behaviours.ts';
import { SHORT_T1_MS, threePhones } from './three-phones.ts';

describe('when messages are lost or repeated', () => {
  const stage = threePhones(SHORT_T1_MS);

  it('retransmits the INVITE that nobody answers, and gives it up after 64·T1', async () => {
    const call = stage.annCalls(staysSilent());
    await call.waitFor('ended');
    expect(call.has('failed')).toBe(true);
    expect([6, 7]).toContain(stage.said('INVITE'));
  });

  it('ends a call whose 487 never comes after 64·T1', async () => {
    const call = stage.annCalls((incoming) => {
      incoming.onCancel = 'nothing';
      incoming.ring();
    });
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor('ended');
    expect(call.has('failed')).toBe(true);
  });

  it('gets the 200 again and again until its ACK arrives', async () => {
    const call = stage.annCalls(answers(), { dropAnswers: 3 });
    await call.waitFor('confirmed');
    await (await stage.bob.waitForCall()).waitFor('confirmed');
    expect(stage.said('200 INVITE')).toBeGreaterThanOrEqual(4);
  });

  it('gets it no more once the ACK has arrived', async () => {
    const call = stage.annCalls(answers({ talkMs: 10 * SHORT_T1_MS }));
    await call.waitFor('BYE');
    expect(stage.said('200 INVITE')).toBeLessThanOrEqual(2);
  });

  it('ACKs each repetition of the 200', async () => {
    const call = stage.annCalls(answers(), { acks: false });
    await call.waitFor(200, { count: 3 });
    call.sendAck();
    await (await stage.bob.waitForCall()).waitFor('confirmed');
    await call.bye();
  });

  it('hangs up on a caller who never ACKs', async () => {
    const call = stage.annCalls(answers(), { acks: false });
    await call.waitFor('BYE');
    expect(stage.said('ACK')).toBe(0);
    expect(stage.said('200 INVITE')).toBeGreaterThan(5);
  });

  it('repeats a failure until it is ACKed', async () => {
    const call = stage.annCalls(rejects(486), { acks: false });
    await stage.ann.waitForMessage((message) => message.kind === 'response' && message.status === 486, { count: 3 });
    expect(call.responses.filter(({ status }) => status === 486)).toHaveLength(1);
  });

  it('is one call however often the INVITE comes', async () => {
    const call = stage.annCalls(ringsForever(), { retransmits: false });
    await call.waitFor('ringing');
    call.sendInviteAgain();
    await call.waitFor(180, { count: 2 });
    expect(stage.bob.calls).toHaveLength(1);
  });

  it('gives up a re-INVITE that is ignored', async () => {
    const call = stage.annCalls((incoming) => {
      incoming.onRequest = () => 'silence';
      incoming.answer();
    });
    await call.waitFor('confirmed');
    await expect(call.reinvite()).rejects.toThrow(/nobody answered INVITE/);
  });

  it('repeats a BYE that is ignored, and gives it up', async () => {
    const call = stage.annCalls(ignoresBye(answers()));
    await call.waitFor('confirmed');
    await expect(call.bye()).rejects.toThrow(/nobody answered BYE[^]*ann +bob/);
    await call.waitFor('ended');
    expect(stage.said('BYE')).toBeGreaterThan(6);
    expect((await stage.bob.waitForCall()).requests.filter(({ method }) => method === 'BYE')).toHaveLength(1);
  });
});
