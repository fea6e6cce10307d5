import { describe, expect, it } from 'vitest';
import { ENDING_LIMIT_MS } from '../../src/domain/call/while-ending.ts';
import {
  answers,
  answersDespiteCancel,
  redirects,
  rejects,
  ringsForever,
  staysSilent,
} from '../support/phone/behaviours.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { hurriedClock } from './clocks.ts';
import { Stage } from './stage.ts';
import { dialThroughTrunk } from './way-out.ts';

const REFUSED = ['← INVITE', '→ 486', '← ACK'];

describe('when a destination fails', () => {
  it('busy: the next route is rung, and its buyer pays its own price', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: { acts: rejects(486), route: { priceMicros: 99_000_000 } },
        bob: { acts: answers(), route: { priceMicros: 40_000_000 } },
      },
    });
    const [call] = await stage.connect('bob');
    await call.bye();
    expect(stage.wire('ann')).toEqual(REFUSED);
    expect(stage.wire(stage.carrier)).toEqual(['→ INVITE', '← 100', '← 180', '← 200', '→ ACK', '→ BYE', '← 200 BYE']);
    const cdr = await stage.onlyCdr();
    expect(cdr).toMatchObject({
      outcome: 'connected',
      routeId: stage.ids.routeIds['bob'],
      buyerVerdict: { billable: true, amountMicros: 40_000_000 },
      publisherVerdict: { billable: true, amountMicros: 24_000_000 },
      attempts: [
        { seq: 1, routeId: stage.ids.routeIds['ann'], sipStatus: 486, reason: 'busy', answeredAt: null },
        { seq: 2, routeId: stage.ids.routeIds['bob'], sipStatus: 200, reason: null },
      ],
    });
    const { data: postings } = await stage.product.get('/ledger');
    expect(postings.map((posting: { party: string }) => posting.party)).not.toContain(
      `buyer:${stage.ids.buyerIds['ann']}`,
    );
  });

  it('503 from a gateway: the next gateway of the same destination is tried, then the next route', async () => {
    const stage = await Stage.set({ buyers: { gw1: rejects(503), gw2: rejects(500), bob: answers() } });
    await dialThroughTrunk(stage, 'gw1', ['gw1', 'gw2']);
    await stage.product.patch(`/routes/${stage.ids.routeIds['gw2']}`, { enabled: false });
    const [call] = await stage.connect('bob');
    await call.bye();
    const cdr = await stage.onlyCdr();
    const { gw1, bob } = stage.ids.routeIds;
    expect(cdr.attempts).toMatchObject([
      { seq: 1, routeId: gw1, gateway: stage.buyer('gw1').at, sipStatus: 503, reason: 'failed' },
      { seq: 2, routeId: gw1, gateway: stage.buyer('gw2').at, sipStatus: 500, reason: 'failed' },
      { seq: 3, routeId: bob, gateway: stage.buyer('bob').at, sipStatus: 200, reason: null },
    ]);
    expect(headerValue(stage.message('gw2', '← INVITE'), 'To')).toContain('sip:+13105550111@');
  });

  it('busy at one gateway is the callee being busy: its other gateway is left alone', async () => {
    const stage = await Stage.set({ buyers: { gw1: rejects(486), gw2: answers(), bob: answers() } });
    await dialThroughTrunk(stage, 'gw1', ['gw1', 'gw2']);
    await stage.product.patch(`/routes/${stage.ids.routeIds['gw2']}`, { enabled: false });
    const [call] = await stage.connect('bob');
    await call.bye();
    expect((await stage.onlyCdr()).attempts.map((attempt) => attempt.gateway)).toEqual([
      stage.buyer('gw1').at,
      stage.buyer('bob').at,
    ]);
  });

  it('nobody picks up: it is cancelled with a reason after its ring timeout, and the next is rung', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: ringsForever(), ringTimeoutS: 1 }, bob: answers() },
    });
    const [call] = await stage.connect('bob');
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(stage.wire('ann')).toEqual(['← INVITE', '→ 180', '← CANCEL', '→ 200 CANCEL', '→ 487', '← ACK']);
    expect(headerValue(stage.message('ann', '← CANCEL'), 'Reason')).toBe('SIP;cause=408;text="No answer in time"');
    expect(cdr.attempts).toMatchObject([{ reason: 'no-answer', sipStatus: 487 }, { reason: null }]);
    expect(cdr.talkMs).toBeLessThan(1_000);
  });

  it('an answer that comes after we gave up on it gets ACK and BYE, and costs nothing', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: answersDespiteCancel(), ringTimeoutS: 1 }, bob: answers() },
    });
    const [call] = await stage.connect('bob');
    await stage.buyer('ann').calls[0]?.waitFor('ended');
    await call.bye();
    const cdr = await stage.onlyCdr();
    // The SIP server hangs up such an answer by itself as well: a second BYE may follow.
    expect(stage.wire('ann').slice(0, 7)).toEqual([
      '← INVITE',
      '→ 180',
      '← CANCEL',
      '→ 200 CANCEL',
      '→ 200',
      '← ACK',
      '← BYE',
    ]);
    expect(cdr).toMatchObject({
      buyerId: stage.ids.buyerIds['bob'],
      attempts: [
        { reason: 'answered-too-late', sipStatus: 200 },
        { reason: null, sipStatus: 200 },
      ],
    });
  });

  it('a phone that is switched off: the next is rung when the ring timeout is over', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: staysSilent(), ringTimeoutS: 1 }, bob: answers() },
      // Its record would wait for a leg that never says that it is gone.
      clock: hurriedClock((delayMs) => delayMs === ENDING_LIMIT_MS, 100),
    });
    const [call] = await stage.connect('bob');
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([
      { reason: 'no-answer', sipStatus: null },
      { reason: null },
    ]);
  });

  it('a redirection is not followed: the route has failed', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486), elsewhere: answers() } });
    await stage.product.patch(`/routes/${stage.ids.routeIds['elsewhere']}`, { enabled: false });
    stage.buyer('ann').onCall = redirects(stage.buyer('elsewhere').uri);
    const call = stage.call();
    await call.waitFor(480);
    const cdr = await stage.onlyCdr();
    expect(stage.buyer('elsewhere').calls).toEqual([]);
    expect(cdr).toMatchObject({ outcome: 'failed', attempts: [{ sipStatus: 302, reason: 'redirected' }] });
  });

  it('603 is final for that callee, although a second route leads there', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(603), bob: answers() } });
    await stage.product.post('/routes', {
      campaignId: stage.ids.campaignId,
      destinationId: stage.ids.destinationIds['ann'],
      priority: 1,
    });
    const [call] = await stage.connect('bob');
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([
      { destinationId: stage.ids.destinationIds['ann'], sipStatus: 603, reason: 'declined' },
      { destinationId: stage.ids.destinationIds['bob'], reason: null },
    ]);
  });

  it('a destination that is ourselves is not dialled', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486), bob: answers() } });
    await stage.product.patch(`/destinations/${stage.ids.destinationIds['ann']}`, {
      uri: stage.number('+14155550100'),
    });
    const [call] = await stage.connect('bob');
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([
      { seq: 1, reason: 'loop', sipStatus: null, gateway: stage.product.sip },
      { seq: 2, reason: null, sipStatus: 200 },
    ]);
  });

  it('a refusal nobody has heard of is a failure like another', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(699), bob: rejects(499), carl: answers() } });
    const [call] = await stage.connect('carl');
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([
      { sipStatus: 699, reason: 'failed' },
      { sipStatus: 499, reason: 'failed' },
      { sipStatus: 200, reason: null },
    ]);
  });

  it('a port where nobody listens does not keep the caller waiting', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: rejects(486), dialledAt: () => 'sip:nobody@127.0.0.1:9;transport=tcp' }, bob: answers() },
    });
    const [call] = await stage.connect('bob');
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ reason: 'failed' }, { reason: null }]);
  });
});

describe('when every destination fails', () => {
  it('all busy: the caller is told 486', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486), bob: rejects(600) } });
    const call = stage.call();
    await call.waitFor('failed');
    expect(stage.wire(stage.carrier)).toEqual(['→ INVITE', '← 100', '← 486', '→ ACK']);
    expect([stage.wire('ann'), stage.wire('bob')]).toEqual([REFUSED, ['← INVITE', '→ 600', '← ACK']]);
    expect(await stage.onlyCdr()).toMatchObject({
      outcome: 'busy',
      sipStatus: 486,
      hangupBy: 'system',
      talkMs: 0,
      connectedAt: null,
      buyerId: null,
      buyerVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
      publisherVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
      attempts: [{ reason: 'busy' }, { reason: 'busy' }],
    });
  });

  it('some busy, some not: the caller is told 480', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486), bob: rejects(480), carl: rejects(404) } });
    await stage.call().waitFor(480);
    expect(await stage.onlyCdr()).toMatchObject({
      sipStatus: 480,
      attempts: [{ reason: 'busy' }, { reason: 'unavailable' }, { reason: 'failed', sipStatus: 404 }],
    });
  });

  it('the caller gets the reason that the last destination gave', async () => {
    const reason = 'Q.850;cause=17;text="User busy"';
    const stage = await Stage.set({
      buyers: { ann: rejects(480), bob: rejects(486, { headers: { Reason: reason } }) },
    });
    const refusal = await stage.call().waitFor('failed');
    expect(headerValue(refusal, 'Reason')).toBe(reason);
    await stage.onlyCdr();
  });

  it('somebody declined: the outcome says so', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(603), bob: rejects(486) } });
    await stage.call().waitFor(480);
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'rejected', sipStatus: 480 });
  });

  it('maxAttempts bounds how many are dialled', async () => {
    const stage = await Stage.set({
      buyers: { ann: rejects(486), bob: rejects(486), carl: answers() },
      campaign: { maxAttempts: 2 },
    });
    await stage.call().waitFor('failed');
    const cdr = await stage.onlyCdr();
    expect(cdr.attempts).toHaveLength(2);
    expect(cdr.decision?.candidates.map((candidate) => candidate.verdict)).toEqual([
      'selected',
      'selected',
      'selected',
    ]);
  });

  it('the setup budget ends the search while a phone still rings', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: ringsForever(), ringTimeoutS: 120 } },
      campaign: { setupBudgetS: 60 },
      clock: hurriedClock((delayMs) => delayMs === 60_000, 150),
    });
    await stage.call().waitFor(480);
    expect(await stage.onlyCdr()).toMatchObject({
      outcome: 'no-answer',
      hangupCause: 'setup-budget',
      attempts: [{ reason: 'setup-budget', sipStatus: 487 }],
    });
    expect(stage.wire('ann')).toEqual(['← INVITE', '→ 180', '← CANCEL', '→ 200 CANCEL', '→ 487', '← ACK']);
  });
});
