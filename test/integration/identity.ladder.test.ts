import { describe, expect, it } from 'vitest';
import { answers } from '../support/phone/behaviours.ts';
import type { CallOptions } from '../support/phone/outgoing-call.ts';
import { headerValue, type SipRequest } from '../support/phone/sip-wire.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import { CALLER, Stage, type Scene } from './stage.ts';

const ASSERTED = '+13055550199';

const ON_DRACHTIO = process.env['DRACHTIO_HOST'] !== undefined;

/** The INVITE as the buyer got it, and the record of the call. */
async function seenByBuyer(scene: Scene, options: Partial<CallOptions>): Promise<{ invite: SipRequest; cdr: Cdr }> {
  const stage = await Stage.set({ buyers: { ann: answers() }, ...scene });
  const [call, { invite }] = await stage.connect('ann', options);
  await call.bye();
  return { invite, cdr: await stage.onlyCdr() };
}

describe('who is calling', () => {
  it('is whom From says, where the trunk is not trusted, whatever else the INVITE asserts', async () => {
    const { invite, cdr } = await seenByBuyer(
      { trunk: { trustIdentity: false } },
      {
        headers: {
          'P-Asserted-Identity': `<sip:${ASSERTED}@carrier.example>`,
          Diversion: '<sip:+19995550000@carrier.example>',
          Identity: 'forged',
        },
      },
    );
    expect(cdr.ani).toBe(CALLER);
    expect(headerValue(invite, 'From')).toContain(`sip:${CALLER}@`);
    const passedOn = ['P-Asserted-Identity', 'Diversion', 'Identity'].map((name) => headerValue(invite, name));
    expect(passedOn).toEqual([undefined, undefined, undefined]);
  });

  it('is whom P-Asserted-Identity says, where the trunk is trusted; its other identity headers go on', async () => {
    const { invite, cdr } = await seenByBuyer(
      { trunk: { trustIdentity: true } },
      {
        headers: {
          'P-Asserted-Identity': `"Real Name" <sip:${ASSERTED}@carrier.example>`,
          Diversion: '<sip:+19995550000@carrier.example>;reason=unconditional',
        },
      },
    );
    expect(cdr).toMatchObject({ ani: ASSERTED, callerName: 'Real Name' });
    expect(headerValue(invite, 'From')).toContain(`sip:${ASSERTED}@`);
    expect(headerValue(invite, 'Diversion')).toBe('<sip:+19995550000@carrier.example>;reason=unconditional');
  });

  it('is nobody, where the caller asks for privacy', async () => {
    const { invite, cdr } = await seenByBuyer(
      { trunk: { trustIdentity: true } },
      { headers: { Privacy: 'id', 'P-Asserted-Identity': `<sip:${ASSERTED}@carrier.example>` } },
    );
    expect(cdr).toMatchObject({ ani: 'anonymous', callerName: null });
    expect(headerValue(invite, 'From')).toMatch(/^"?Anonymous"? <sip:anonymous@anonymous\.invalid>/);
    expect(JSON.stringify(invite)).not.toContain(ASSERTED.slice(1));
    expect(JSON.stringify(invite)).not.toContain(CALLER.slice(1));
  });

  it('is a ten-digit number of the United States or Canada, written out', async () => {
    const { cdr } = await seenByBuyer({}, { from: 'sip:2125550123@127.0.0.1' });
    expect(cdr.ani).toBe(CALLER);
  });

  it('is not taken from inside a display name', async () => {
    const from = `"sip:+19995550000@evil.example" <sip:${CALLER}@127.0.0.1>`;
    expect((await seenByBuyer({}, { from })).cdr.ani).toBe(CALLER);
  });
});

describe("a caller's name", () => {
  it.each([
    ['quotes and a backslash', String.raw`"Bob \"Big\" \\ Builder"`],
    ['a header of its own after escaped line breaks', String.raw`"Eve\r\nX-Evil: yes"`],
    ['an address', '"<sip:+19995550000@evil.example>;tag=1"'],
    ['a comma and a semicolon', '"Smith, John; Jr"'],
    ['letters of another script', '"Łukasz 東京"'],
  ])('with %s stays a name', async (_what, name) => {
    const { invite, cdr } = await seenByBuyer({}, { from: `${name} <sip:${CALLER}@127.0.0.1>` });
    expect(cdr.ani).toBe(CALLER);
    const from = headerValue(invite, 'From') ?? '';
    expect(from).toMatch(/^"(?:[^"\\]|\\.)*" <sip:\+12125550123@[^<>"]+>;tag=[^;<>"]+$/);
    expect(headerValue(invite, 'X-Evil')).toBeUndefined();
    const unescaped = /^"((?:[^"\\]|\\.)*)"/.exec(from)?.[1]?.replace(/\\(.)/g, '$1');
    expect(unescaped).toBe(name.slice(1, -1).replace(/\\(.)/g, '$1'));
  });

  const FOLDED = `"Eve\r\n X-Evil: yes" <sip:${CALLER}@127.0.0.1>`;

  it.skipIf(ON_DRACHTIO)('on a folded line adds no header', async () => {
    const { invite, cdr } = await seenByBuyer({}, { from: FOLDED });
    expect(cdr.ani).toBe(CALLER);
    expect(headerValue(invite, 'X-Evil')).toBeUndefined();
    expect(headerValue(invite, 'From')).not.toMatch(/[\r\n]/);
  });

  // drachtio-server refuses to send our 200 then, and answers 500 itself.
  it.runIf(ON_DRACHTIO)(
    'on a folded line can not be answered: nobody is left on the line, and nobody pays',
    async () => {
      const stage = await Stage.set({ buyers: { ann: answers() } });
      expect(await stage.call({ from: FOLDED }).waitFor('failed')).toMatchObject({ status: 500 });
      const ann = await stage.buyer('ann').waitForCall();
      expect(headerValue(ann.invite, 'X-Evil')).toBeUndefined();
      await ann.waitFor('BYE');
      expect(await stage.onlyCdr()).toMatchObject({ outcome: 'failed', buyerVerdict: { billable: false } });
    },
  );
});
