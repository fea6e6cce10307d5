import { describe, expect, it, vi } from 'vitest';
import { answers, answersDespiteCancel, rejects, ringsForever } from '../support/phone/behaviours.ts';
import type { IncomingCall } from '../support/phone/incoming-call.ts';
import type { Behaviour } from '../support/phone/phone.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { Stage } from './stage.ts';

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

/** A campaign that rings these all at once. */
function allAtOnce(buyers: Readonly<Record<string, Behaviour>>): Promise<Stage> {
  const parts = Object.entries(buyers).map(([name, acts]) => [name, { acts, route: { priority: 1 } }] as const);
  return Stage.set({ buyers: Object.fromEntries(parts), campaign: { simultaneous: true } });
}

/** A buyer's phone once it rings. */
async function ringing(stage: Stage, name: string): Promise<IncomingCall> {
  const call = await stage.buyer(name).waitForCall();
  await call.waitFor('ringing');
  return call;
}

describe('ringing all at once', () => {
  it('the first answer wins, the others are told that the call was completed elsewhere', async () => {
    const stage = await allAtOnce({ ann: ringsForever(), bob: ringsForever(), carl: ringsForever() });
    const call = stage.call();
    const [, bob] = await Promise.all([ringing(stage, 'ann'), ringing(stage, 'bob'), ringing(stage, 'carl')]);
    bob.answer();
    await call.waitFor('confirmed');
    await call.bye();
    const cdr = await stage.onlyCdr();
    for (const name of ['ann', 'carl']) {
      expect(stage.wire(name)).toEqual(['← INVITE', '→ 180', '← CANCEL', '→ 200 CANCEL', '→ 487', '← ACK']);
      expect(headerValue(stage.message(name, '← CANCEL'), 'Reason')).toBe(ELSEWHERE);
    }
    expect(cdr).toMatchObject({ buyerId: stage.ids.buyerIds['bob'], buyerVerdict: { billable: true } });
    const reasons = new Map(cdr.attempts.map(({ routeId, reason }) => [routeId, reason]));
    const { routeIds } = stage.ids;
    expect([routeIds['ann'], routeIds['bob'], routeIds['carl']].map((id) => reasons.get(id as never))).toEqual([
      'answered-elsewhere',
      null,
      'answered-elsewhere',
    ]);
    const callIds = ['ann', 'bob', 'carl'].map((name) => headerValue(stage.message(name, '← INVITE'), 'Call-ID'));
    expect(new Set(callIds).size).toBe(3);
  });

  it('two who answer in the same instant: one has the caller, the other gets ACK and BYE, one buyer pays', async () => {
    const stage = await allAtOnce({ ann: answersDespiteCancel(), bob: answersDespiteCancel() });
    const call = stage.call();
    const [ann, bob] = await Promise.all([ringing(stage, 'ann'), ringing(stage, 'bob')]);
    ann.answer();
    bob.answer();
    await call.waitFor('confirmed');
    await Promise.race([ann.waitFor('BYE'), bob.waitFor('BYE')]);
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(cdr.attempts).toHaveLength(2);
    expect(new Set(cdr.attempts.map(({ reason }) => reason))).toEqual(new Set(['answered-too-late', null]));
    const { data: postings } = await stage.product.get('/ledger');
    expect(postings.filter((posting: { kind: string }) => posting.kind === 'charge')).toHaveLength(2);
  });

  it('the caller hears plain ringing, whatever early media the phones would play', async () => {
    const stage = await allAtOnce({ ann: (call) => call.playEarly(), bob: (call) => call.playEarly() });
    const call = stage.call();
    const [ann] = await Promise.all([ringing(stage, 'ann'), ringing(stage, 'bob')]);
    await call.waitFor(180);
    ann.answer();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
    expect(stage.times('carrier', '← 183')).toBe(0);
  });

  it('those who fail drop out; when all have failed the next priority rings', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: { acts: rejects(486), route: { priority: 1 } },
        bob: { acts: rejects(603, { ringMs: 50 }), route: { priority: 1 } },
        carl: { acts: answers(), route: { priority: 2 } },
      },
      campaign: { simultaneous: true },
    });
    const [call] = await stage.connect('carl');
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(cdr.attempts).toHaveLength(3);
    expect(new Set(cdr.attempts.map(({ reason }) => reason))).toEqual(new Set(['busy', 'declined', null]));
    expect(cdr.buyerId).toBe(stage.ids.buyerIds['carl']);
  });

  it('who has failed has a line free for other calls, though the rest of the tier still rings', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: { acts: ringsForever(), route: { priority: 1 }, buyerCaps: { concurrent: 1 } },
        bob: { acts: rejects(486), route: { priority: 1 }, buyerCaps: { concurrent: 1 } },
      },
      campaign: { simultaneous: true },
    });
    const first = stage.call();
    await ringing(stage, 'ann');
    await vi.waitFor(async () => expect(await linesInUse(stage, 'bob')).toBe(0));
    stage.buyer('bob').onCall = answers();
    const second = stage.call({ from: 'sip:+12125551003@127.0.0.1' });
    await second.waitFor('confirmed');
    first.cancel();
    await second.bye();
    await stage.cdrs(2);
  });

  it('who lost has a line free while the winner talks', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: { acts: ringsForever(), route: { priority: 1 }, buyerCaps: { concurrent: 1 } },
        bob: { acts: ringsForever(), route: { priority: 1 }, buyerCaps: { concurrent: 1 } },
      },
      campaign: { simultaneous: true },
    });
    const first = stage.call();
    const [ann] = await Promise.all([ringing(stage, 'ann'), ringing(stage, 'bob')]);
    ann.answer();
    await first.waitFor('confirmed');
    await vi.waitFor(async () => expect(await linesInUse(stage, 'bob')).toBe(0));
    expect(await linesInUse(stage, 'ann')).toBe(1);
    stage.buyer('bob').onCall = answers();
    const second = stage.call({ from: 'sip:+12125551003@127.0.0.1' });
    await second.waitFor('confirmed');
    await Promise.all([second.bye(), first.bye()]);
    await stage.cdrs(2);
  });
});

/** Calls that a buyer's concurrency cap counts, as an operator sees it. */
async function linesInUse(stage: Stage, name: string): Promise<number | undefined> {
  const { caps } = await stage.product.get('/reports/live');
  const own = (each: { buyerId: string; cap: string }) =>
    each.buyerId === stage.ids.buyerIds[name] && each.cap === 'concurrent';
  return caps.find(own)?.used as number | undefined;
}
