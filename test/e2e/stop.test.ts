import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answers, inTurn, ringsForever } from '../support/phone/behaviours.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { Phone } from '../support/phone/phone.ts';
import { DID, provision } from '../support/provision.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TollgateProcess, type TollgateOptions } from '../support/tollgate-process.ts';

/** A crash may cost so much of an open call's end. */
const PROOF_OF_LIFE_MS = 5_000;

let carrier: Phone;
let buyer: Phone;

beforeEach(async () => {
  carrier = await Phone.open({ name: 'carrier' });
  buyer = await Phone.open({ name: 'buyer', ladder: carrier.ladder, onCall: answers() });
});

afterEach(async () => {
  await carrier.close();
  await buyer.close();
});

async function start(options: TollgateOptions): Promise<TollgateProcess> {
  const tollgate = await TollgateProcess.start(options);
  onTestFinished(() => tollgate.stop());
  return tollgate;
}

const callTo = (tollgate: TollgateProcess): OutgoingCall => carrier.call({ to: `sip:${DID}@${tollgate.sip}` });

async function connected(tollgate: TollgateProcess): Promise<OutgoingCall> {
  const call = callTo(tollgate);
  await call.waitFor('confirmed');
  return call;
}

describe('SIGTERM', () => {
  it('takes no new call, lets the one in progress end by itself, and exits 0', async () => {
    const dataDir = temporaryFolder();
    const tollgate = await start({ dataDir });
    await provision(tollgate, [{ name: 'a', uri: buyer.uri }]);
    const call = await connected(tollgate);
    let exited = false;
    const ended = tollgate.process.kill('SIGTERM').finally(() => (exited = true));

    await expect.poll(async () => (await carrier.request('OPTIONS', { to: `sip:${tollgate.sip}` })).status).toBe(503);
    const late = callTo(tollgate);
    await late.waitFor('ended');
    expect(late.responses.at(-1)?.status).toBe(503);
    expect(exited).toBe(false);
    await call.bye();
    expect(await ended).toMatchObject({ exitCode: 0, signal: null });

    const next = await start({ dataDir });
    expect(await next.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'caller', estimated: false });
  });

  it('hangs up on both sides what has not ended after DRAIN_TIMEOUT_S, and exits 0', async () => {
    const dataDir = temporaryFolder();
    const tollgate = await start({ dataDir, env: { DRAIN_TIMEOUT_S: '1' } });
    await provision(tollgate, [{ name: 'a', uri: buyer.uri }]);
    const call = await connected(tollgate);
    const answered = await buyer.waitForCall();
    expect(await tollgate.process.kill('SIGTERM')).toMatchObject({ exitCode: 0, signal: null });
    await Promise.all([call.waitFor('ended'), answered.waitFor('ended')]);

    const next = await start({ dataDir });
    expect(await next.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'system', estimated: false });
  });
});

describe('kill -9', () => {
  it('leaves no bound port, and its open calls are CDRs that wait for a person', async () => {
    const dataDir = temporaryFolder();
    buyer.onCall = inTurn(answers(), ringsForever(), answers());
    const tollgate = await start({ dataDir });
    await provision(tollgate, [{ name: 'a', uri: buyer.uri }]);
    await connected(tollgate);
    await callTo(tollgate).waitFor('ringing');
    await expect.poll(async () => (await tollgate.cdrs()).filter((cdr) => cdr.connectedAt !== null).length).toBe(1);

    const { sip, http } = tollgate;
    // Resolves only once nobody holds its pipes any more: a child that lived on would.
    expect(await tollgate.process.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    const killedAt = Date.now();
    const portOf = (address: string): string => address.split(':')[1] ?? '';
    const next = await start({ dataDir, env: { SIP_PORT: portOf(sip), HTTP_PORT: portOf(http) } });
    expect([next.sip, next.http]).toEqual([sip, http]);

    const [ringing, talking, ...others] = await next.waitForCdrs(2);
    expect(others).toEqual([]);
    const interrupted = { outcome: 'interrupted', hangupBy: 'system', estimated: true };
    const review = { billable: false, reason: 'estimated-needs-review', amountMicros: 0 };
    const nothing = { billable: false, reason: 'not-connected', amountMicros: 0 };
    expect(talking).toMatchObject({ ...interrupted, buyerVerdict: review, publisherVerdict: review });
    expect(ringing).toMatchObject({ ...interrupted, talkMs: 0, buyerVerdict: nothing, publisherVerdict: nothing });
    const endedAt = Date.parse(talking?.endedAt ?? '');
    expect(endedAt).toBeLessThanOrEqual(killedAt);
    expect(endedAt).toBeGreaterThan(killedAt - PROOF_OF_LIFE_MS);

    await (await connected(next)).bye();
    expect(await next.waitForCdrs(3)).toHaveLength(3);
  });
});
