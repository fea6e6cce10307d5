import { describe, expect, it } from 'vitest';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import { answers } from '../support/phone/behaviours.ts';
import type { CallOptions } from '../support/phone/outgoing-call.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { DID } from '../support/provision.ts';
import { CALLER, Stage, type Scene } from './stage.ts';

const OPEN: Scene = { buyers: { ann: answers() } };

/** Calls, expects this refusal and no ringing anywhere, and gives the record. */
async function refused(stage: Stage, status: number, options: Partial<CallOptions> = {}): Promise<Cdr> {
  const call = stage.call(options);
  expect(await call.waitFor('failed')).toMatchObject({ status });
  expect(stage.wire(stage.carrier)).toEqual(['→ INVITE', '← 100', `← ${status}`, '→ ACK']);
  expect(stage.buyer('ann').calls).toEqual([]);
  const cdr = await stage.onlyCdr();
  expect(cdr).toMatchObject({
    sipStatus: status,
    hangupBy: 'system',
    attempts: [],
    talkMs: 0,
    buyerVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
  });
  return cdr;
}

describe('refused before any ringing', () => {
  it('a number that is none of ours: 404', async () => {
    const stage = await Stage.set(OPEN);
    const cdr = await refused(stage, 404, { to: stage.number('+14155559999') });
    expect(cdr).toMatchObject({ outcome: 'unknown-did', did: null, dnis: '+14155559999', campaignId: null });
  });

  it('a number of ours that is switched off: 404', async () => {
    const stage = await Stage.set({ ...OPEN, did: { enabled: false } });
    expect(await refused(stage, 404)).toMatchObject({ outcome: 'unknown-did', dnis: DID });
  });

  it.each([CALLER, '+1212'])('a caller on the blocklist, by number or by prefix: 603', async (match) => {
    const stage = await Stage.set(OPEN);
    await stage.product.post('/blocklist', { match, reason: 'Robocalls' });
    expect(await refused(stage, 603)).toMatchObject({ outcome: 'blocked', hangupCause: 'blocklist', ani: CALLER });
  });

  it('a caller who hides, where the campaign wants to see numbers: 433', async () => {
    const stage = await Stage.set({ ...OPEN, campaign: { screening: { anonymous: 'reject' } } });
    const cdr = await refused(stage, 433, { from: '"Anonymous" <sip:anonymous@anonymous.invalid>' });
    expect(cdr).toMatchObject({ outcome: 'blocked', ani: 'anonymous' });
  });

  it('an attestation below what the campaign asks for, from a trusted trunk: 608', async () => {
    const stage = await Stage.set({
      ...OPEN,
      trunk: { trustIdentity: true },
      campaign: { screening: { minAttestation: 'B' } },
    });
    const from = `<sip:${CALLER};verstat=TN-Validation-Passed-C@127.0.0.1>`;
    expect(await refused(stage, 608, { from })).toMatchObject({ outcome: 'blocked', attestation: 'C' });
  });

  it('one call too many of one number in an hour: 603, for that number alone', async () => {
    const stage = await Stage.set({ ...OPEN, campaign: { screening: { maxCallsPerAniPerHour: 2 } } });
    for (const seq of [1, 2]) {
      const [call] = await stage.connect('ann');
      await call.bye();
      await stage.cdrs(seq);
    }
    await stage.call().waitFor(603);
    const [refusal] = await stage.cdrs(3);
    expect(refusal).toMatchObject({ outcome: 'blocked', hangupCause: 'velocity', attempts: [] });
    const [other] = await stage.connect('ann', { from: 'sip:+13055550177@127.0.0.1' });
    await other.bye();
    await stage.cdrs(4);
  });

  it('a paused campaign takes no calls', async () => {
    const stage = await Stage.set({ ...OPEN, campaign: { status: 'paused' } });
    expect(await refused(stage, 480)).toMatchObject({ outcome: 'blocked', hangupCause: 'campaign-paused' });
  });

  it('a stranger: 403, counted, and no record', async () => {
    const stage = await Stage.set(OPEN);
    const stranger = await stage.addPhone('stranger', '127.0.0.9');
    const call = stage.call({ by: stranger });
    expect(await call.waitFor('failed')).toMatchObject({ status: 403 });
    expect(stage.wire(stranger)).toEqual(['→ INVITE', '← 100', '← 403', '→ ACK']);
    expect(await stage.product.api('GET', '/metrics')).toContain('tollgate_strangers_total 1');
    await stage.cdrs(0);
  });
});

describe('nobody to ring', () => {
  it('everyone is closed: 480, after-hours, with the next opening', async () => {
    const stage = await Stage.set(OPEN);
    const schedule = await stage.product.post('/schedules', {
      name: 'Never today',
      timezone: 'UTC',
      weekly: {},
      exceptions: [{ date: '2099-01-05', windows: [['09:00', '17:00']] }],
    });
    await stage.product.patch(`/routes/${stage.ids.routeIds['ann']}`, { scheduleId: schedule.id });
    const cdr = await refused(stage, 480);
    expect(cdr).toMatchObject({
      outcome: 'after-hours',
      decision: { candidates: [{ verdict: 'rejected', reason: 'closed' }] },
    });
  });

  it('nobody serves that area: 480, no-route, and each candidate says why', async () => {
    const stage = await Stage.set({ buyers: { ann: answers(), bob: answers(), carl: answers() } });
    const { routeIds, destinationIds, buyerIds } = stage.ids;
    const area = await stage.product.post('/areas', { name: 'California', include: [{ state: 'CA' }] });
    await stage.product.patch(`/routes/${routeIds['ann']}`, { areaId: area.id });
    await stage.product.patch(`/destinations/${destinationIds['bob']}`, { enabled: false });
    await stage.product.patch(`/buyers/${buyerIds['carl']}`, { status: 'paused' });
    const cdr = await refused(stage, 480);
    expect(cdr.outcome).toBe('no-route');
    const reasons = cdr.decision?.candidates.map(({ routeId, ...why }) => [
      routeId,
      why.verdict === 'rejected' ? why.reason : why.verdict,
    ]);
    expect(new Map(reasons as [string, string][])).toEqual(
      new Map([
        [routeIds['ann'], 'out-of-area'],
        [routeIds['bob'], 'destination-disabled'],
        [routeIds['carl'], 'buyer-paused'],
      ]),
    );
  });

  it('a campaign without any route: 480', async () => {
    const stage = await Stage.set(OPEN);
    await stage.product.api('DELETE', `/v1/routes/${stage.ids.routeIds['ann']}`);
    expect(await refused(stage, 480)).toMatchObject({ outcome: 'no-route', decision: { candidates: [] } });
  });
});

describe('a trunk over its own limits', () => {
  it('one call too many at once: 503 with Retry-After, and room again when a call has ended', async () => {
    const stage = await Stage.set({ ...OPEN, trunk: { maxConcurrent: 1 } });
    const [first] = await stage.connect('ann');
    const refusal = await stage.call().waitFor('failed');
    expect(refusal).toMatchObject({ status: 503 });
    expect(headerValue(refusal, 'Retry-After')).toMatch(/^\d+$/);
    await first.bye();
    const cdrs = await stage.cdrs(2);
    expect(cdrs.find((cdr) => cdr.outcome === 'capacity')).toMatchObject({ sipStatus: 503, attempts: [] });
    const [again] = await stage.connect('ann');
    await again.bye();
    await stage.cdrs(3);
  });

  it('too many new calls in a second: the rest get 503 with Retry-After', async () => {
    const stage = await Stage.set({ ...OPEN, trunk: { maxCps: 2 } });
    const calls = Array.from({ length: 10 }, () => stage.call());
    const ends = await Promise.all(
      calls.map((call) => Promise.race([call.waitFor('confirmed'), call.waitFor('failed')])),
    );
    const refusals = ends.filter((end) => end.kind === 'response' && end.status === 503);
    // Two fit at once; a bucket that fills again while slow machines set up calls may let a third in.
    expect(refusals.length).toBeGreaterThanOrEqual(7);
    expect(refusals.length).toBeLessThanOrEqual(8);
    for (const refusal of refusals) expect(headerValue(refusal, 'Retry-After')).toMatch(/^\d+$/);
    for (const call of calls) if (call.has('confirmed')) void call.bye();
    const cdrs = await stage.cdrs(10);
    expect(cdrs.filter((cdr) => cdr.outcome === 'capacity')).toHaveLength(refusals.length);
  });
});
