import { describe, expect, it } from 'vitest';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import { answers, rejects } from '../support/phone/behaviours.ts';
import type { CallOptions } from '../support/phone/outgoing-call.ts';
import { headerValue, writeMessage, type SipMessage, type SipRequest } from '../support/phone/sip-wire.ts';
import { DID } from '../support/provision.ts';
import { CALLER, Stage, type Scene } from './stage.ts';

const ASSERTED = '+13055550199';

const longDiversion = (length: number): string => `<sip:${'1'.repeat(length)}@carrier.example>`;

/** The INVITE as the buyer got it, and the record of the call. */
async function seenByBuyer(scene: Scene, options: Partial<CallOptions>): Promise<{ invite: SipRequest; cdr: Cdr }> {
  const stage = await Stage.set({ buyers: { ann: answers() }, ...scene });
  const to = options.to?.startsWith('tel:') ? { via: stage.product.sip } : {};
  const [call, { invite }] = await stage.connect('ann', { ...options, ...to });
  await call.bye();
  return { invite, cdr: await stage.onlyCdr() };
}

describe('telephone numbers as tel: URIs (RFC 3966)', () => {
  it('in the Request-URI: the number dialled', async () => {
    const { cdr } = await seenByBuyer({}, { to: `tel:${DID}` });
    expect(cdr).toMatchObject({ did: DID, dnis: DID, outcome: 'connected' });
  });

  it('in From: the caller', async () => {
    const { cdr, invite } = await seenByBuyer({}, { from: `tel:${CALLER}` });
    expect(cdr.ani).toBe(CALLER);
    expect(headerValue(invite, 'From')).toContain(`sip:${CALLER}@`);
  });

  it('in a trusted P-Asserted-Identity, before a sip: URI: the caller', async () => {
    const { cdr } = await seenByBuyer(
      { trunk: { trustIdentity: true } },
      { headers: { 'P-Asserted-Identity': `<tel:${ASSERTED}>, <sip:someone@carrier.example>` } },
    );
    expect(cdr.ani).toBe(ASSERTED);
  });
});

describe('an INVITE that is larger than most', () => {
  it('with long headers of its own: the call is a call, and the buyer is spared them', async () => {
    const headers = { 'X-Long': 'x'.repeat(6_000), 'X-Other': 'y'.repeat(6_000) };
    const { invite, cdr } = await seenByBuyer({}, { headers });
    expect(cdr.outcome).toBe('connected');
    expect(headerValue(invite, 'X-Long')).toBeUndefined();
  });

  it.each([
    ['longer than any phone takes: it is left out, whole', 5_000, undefined],
    ['of a thousand characters: it goes on', 1_000, longDiversion(1_000)],
  ])('with an identity header %s', async (_what, length, expected) => {
    const headers = { Diversion: longDiversion(length) };
    const { invite, cdr } = await seenByBuyer({ trunk: { trustIdentity: true } }, { headers });
    expect(cdr.outcome).toBe('connected');
    expect(headerValue(invite, 'Diversion')).toBe(expected);
  });
});

describe('the same INVITE by two ways', () => {
  it('rings once and is one call: the second is merged (RFC 3261 §8.2.2.2)', async () => {
    const stage = await Stage.set({ buyers: { ann: answers({ ringMs: 200 }) } });
    const call = stage.call();
    await call.waitFor('ringing');
    const again = writeMessage(call.invite)
      .toString()
      .replace(/branch=z9hG4bK\S+?(?=[;\r])/, 'branch=z9hG4bKotherway');
    stage.carrier.sendRaw(again, stage.product.sip);
    const isMerged = (message: SipMessage): boolean => message.kind === 'response' && message.status === 482;
    // drachtio-server leaves it without a final answer.
    if (process.env['DRACHTIO_HOST'] === undefined) await stage.carrier.waitForMessage(isMerged);
    await call.waitFor('confirmed');
    await call.bye();
    expect(stage.buyer('ann').calls).toHaveLength(1);
    await stage.onlyCdr();
  });
});

describe('why a call ended (RFC 3326)', () => {
  const REASON = 'Q.850;cause=31;text="Normal, unspecified"';

  it('is told the caller by the buyer’s BYE', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    await answered.bye({ headers: { Reason: REASON } });
    expect(headerValue(await call.waitFor('BYE'), 'Reason')).toBe(REASON);
    expect(await stage.onlyCdr()).toMatchObject({ hangupBy: 'buyer', hangupCause: REASON });
  });

  it('is told the caller by the refusal of the only destination', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486, { headers: { Reason: 'Q.850;cause=17' } }) } });
    const refusal = await stage.call().waitFor('failed');
    expect(headerValue(refusal, 'Reason')).toBe('Q.850;cause=17');
    await stage.onlyCdr();
  });

  it('adds no header where it is no Reason at all', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    await call.bye({ headers: { Reason: 'because' } });
    expect(headerValue(await answered.waitFor('BYE'), 'Reason')).toBeUndefined();
    await stage.onlyCdr();
  });
});
