import { describe, expect, it, onTestFinished } from 'vitest';
import { answers, ringsForever } from '../support/phone/behaviours.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { Product } from '../support/product.ts';
import { faultyClock } from './clocks.ts';
import { Stage } from './stage.ts';

describe('shutting down', () => {
  it('takes no new call, lets the call in progress end by itself, and then stops', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() }, env: { DRAIN_TIMEOUT_S: '30' } });
    const [call, answered] = await stage.connect('ann');
    const down = stage.product.app.shutDown();
    const refusal = await stage.call().waitFor('failed');
    expect(refusal).toMatchObject({ status: 503 });
    expect(headerValue(refusal, 'Retry-After')).toMatch(/^\d+$/);
    expect((await stage.carrier.request('OPTIONS', { to: stage.number('ping') })).status).toBe(503);
    expect(answered.has('ended')).toBe(false);
    await call.bye();
    await down;
    expect(answered.has('ended')).toBe(true);
  });

  it('hangs up who still talks when the time for it is over, and their records are there afterwards', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() }, env: { DRAIN_TIMEOUT_S: '0' } });
    const [call, answered] = await stage.connect('ann');
    await stage.product.app.shutDown();
    const byes = await Promise.all([call.waitFor('BYE'), answered.waitFor('BYE')]);
    for (const bye of byes) expect(headerValue(bye, 'Reason')).toBe('SIP;cause=503;text="Shutting down"');
    const again = await Product.start({ dataDir: stage.product.dataDir });
    onTestFinished(() => again.app.shutDown());
    const [cdr] = await again.waitForCdrs(1);
    expect(cdr).toMatchObject({
      outcome: 'connected',
      hangupBy: 'system',
      hangupCause: 'drain',
      estimated: false,
      buyerVerdict: { billable: true },
    });
  });

  it('refuses callers whose call still rings, and stops the ringing', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() }, env: { DRAIN_TIMEOUT_S: '0' } });
    const call = stage.call();
    const rung = await stage.buyer('ann').waitForCall();
    await call.waitFor('ringing');
    await stage.product.app.shutDown();
    expect(await call.waitFor('failed')).toMatchObject({ status: 503 });
    await rung.waitFor('cancelled');
  });
});

describe('a defect in the midst of a call', () => {
  /** What the setup budget's timer is started with: nothing else in the product waits so long. */
  const BUDGET_S = 97;

  it('ends that call with 500 and a record, and no other', async () => {
    const stage = await Stage.set({
      buyers: { ann: answers() },
      campaign: { setupBudgetS: BUDGET_S },
      clock: faultyClock(BUDGET_S * 1_000, 1),
    });
    const unlucky = stage.call();
    const lucky = stage.call();
    const ends = await Promise.all(
      [unlucky, lucky].map((call) => Promise.race([call.waitFor('failed'), call.waitFor('confirmed')])),
    );
    expect(new Set(ends.map((end) => (end.kind === 'response' ? end.status : end.method)))).toEqual(
      new Set([500, 'ACK']),
    );
    await [unlucky, lucky].find((call) => call.has('confirmed'))?.bye();
    const cdrs = await stage.cdrs(2);
    expect(cdrs.find((cdr) => cdr.outcome === 'failed')).toMatchObject({
      sipStatus: 500,
      hangupBy: 'system',
      hangupCause: 'defect',
      buyerVerdict: { billable: false, reason: 'not-connected' },
    });
    expect(cdrs.find((cdr) => cdr.outcome === 'connected')).toMatchObject({ buyerVerdict: { billable: true } });
    expect(await stage.product.api('GET', '/metrics')).toContain('tollgate_faults_total{where="call"} 1');
  });
});
