import { describe, expect, it } from 'vitest';
import { answers, challenges, rejects, ringsForever } from '../support/phone/behaviours.ts';
import type { Behaviour } from '../support/phone/phone.ts';
import { headerValue, headerValues, type SipRequest } from '../support/phone/sip-wire.ts';
import { hurriedClock } from './clocks.ts';
import { CALLER, Stage } from './stage.ts';
import { dialThroughTrunk } from './way-out.ts';

const OURS = { username: 'tollgate', password: 'secret', realm: 'carrier.example' };
const INTERVALS_MS = { least: 2_500, most: 36_000 };

/** What calls wait for and is as long: the end of a call, a phone that rings, the caller's ACK. */
const CALLS_WAIT_MS = new Set([4_000, 25_000, 32_000]);

/** Probes follow one another at once: whatever else is that long is their pauses and limits. */
const probingClock = () =>
  hurriedClock((ms) => ms >= INTERVALS_MS.least && ms <= INTERVALS_MS.most && !CALLS_WAIT_MS.has(ms), 40);

/** Every INVITE a phone got, in order. */
function invitesOf(stage: Stage, name: string): SipRequest[] {
  return stage.buyer(name).calls.map((call) => call.invite);
}

/** Resolves when the one gateway of this trunk, or each of several, is in these states. */
async function untilStates(stage: Stage, trunkId: string, states: readonly string[]): Promise<void> {
  await expect
    .poll(
      async () =>
        (await stage.product.get(`/trunks/${trunkId}/gateways`)).gateways.map((each: { state: string }) => each.state),
      { timeout: 5_000, interval: 20 },
    )
    .toEqual(states);
}

async function onlyTrunkNamed(stage: Stage, name: string): Promise<string> {
  const { data } = await stage.product.get(`/trunks?name=${encodeURIComponent(name)}`);
  return data[0].id;
}

describe("a carrier's gateways", () => {
  it('one that does not answer OPTIONS is passed over, and dialled again when it does', async () => {
    const stage = await Stage.set({ buyers: { gw1: answers(), gw2: answers() }, clock: probingClock() });
    const { gw1, gw2 } = { gw1: stage.buyer('gw1'), gw2: stage.buyer('gw2') };
    gw1.onRequest = () => ({ status: 503 });
    await dialThroughTrunk(stage, 'gw1', ['gw1', 'gw2']);
    const trunkId = await onlyTrunkNamed(stage, 'Way out');
    await untilStates(stage, trunkId, ['down', 'up']);
    expect(await stage.product.api('GET', '/metrics')).toContain(
      `tollgate_gateway_up{trunk="${trunkId}",gateway="sip:${gw1.at}"} 0`,
    );
    const [first] = await stage.connect('gw2');
    await first.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ gateway: gw2.at, reason: null }]);

    gw1.onRequest = () => ({ status: 200 });
    await untilStates(stage, trunkId, ['up', 'up']);
    const [second] = await stage.connect('gw1');
    await second.bye();
    expect((await stage.cdrs(2))[0]?.attempts).toMatchObject([{ gateway: gw1.at, reason: null }]);
  });

  it('are tried all the same where every one is down', async () => {
    const stage = await Stage.set({ buyers: { gw1: answers() }, clock: probingClock() });
    stage.buyer('gw1').onRequest = () => ({ status: 503 });
    await dialThroughTrunk(stage, 'gw1', ['gw1']);
    await untilStates(stage, await onlyTrunkNamed(stage, 'Way out'), ['down']);
    const [call] = await stage.connect('gw1');
    await call.bye();
    await stage.onlyCdr();
  });

  it('are asked at once where a call met 503', async () => {
    const stage = await Stage.set({ buyers: { gw1: rejects(503), gw2: answers() } });
    await dialThroughTrunk(stage, 'gw1', ['gw1', 'gw2']);
    await untilStates(stage, await onlyTrunkNamed(stage, 'Way out'), ['up', 'up']);
    const asked = stage.times('gw1', '← OPTIONS');
    const [call] = await stage.connect('gw2');
    await stage.buyer('gw1').waitForMessage((message) => message.kind === 'request' && message.method === 'OPTIONS', {
      count: asked + 1,
    });
    await call.bye();
    await stage.onlyCdr();
  });

  // A real drachtio-server asks name servers alone, which know of no `localhost`.
  it.skipIf(process.env['DRACHTIO_HOST'] !== undefined)('are found by name', async () => {
    const stage = await Stage.set({ buyers: { gw1: challenges(OURS, answers()) } });
    const uri = `sip:localhost:${stage.buyer('gw1').address.port}`;
    await dialThroughTrunk(stage, 'gw1', ['gw1'], { gateways: [{ uri }], digest: OURS });
    const call = stage.call();
    await call.waitFor('confirmed');
    await untilStates(stage, await onlyTrunkNamed(stage, 'Way out'), ['up']);
    await call.bye();
    expect((await stage.product.waitForCdrs(1))[0]?.attempts).toMatchObject([
      { sipStatus: 200, gateway: uri.slice(4) },
    ]);
  });
});

describe("a gateway's challenge", () => {
  it.each([
    ['MD5', ['MD5']],
    ['SHA-256', ['MD5', 'SHA-256']],
  ] as const)('is answered with %s, the strongest of %j: the same call, once more', async (algorithm, offered) => {
    const stage = await Stage.set({ buyers: { gateway: challenges(OURS, answers(), offered) } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest: OURS });
    const call = stage.call();
    await call.waitFor('confirmed');
    await call.bye();
    const cdr = await stage.onlyCdr();
    const [bare, proved] = invitesOf(stage, 'gateway');
    if (!bare || !proved) throw new Error('two INVITEs were to come');
    expect(headerValue(proved, 'Proxy-Authorization')).toContain(`algorithm=${algorithm},`);
    const same = (name: string): unknown[] => [bare, proved].map((invite) => headerValue(invite, name));
    expect(new Set(same('Call-ID')).size).toBe(1);
    expect(new Set(same('From')).size).toBe(1);
    const [one = 0, two] = same('CSeq').map((value) => Number.parseInt(String(value), 10));
    expect(two).toBe(one + 1);
    expect(cdr.attempts).toMatchObject([{ seq: 1, sipStatus: 200, reason: null }]);
  });

  it('of another realm is not answered: the password goes nowhere', async () => {
    const elsewhere = { ...OURS, realm: 'evil.example' };
    const stage = await Stage.set({ buyers: { gateway: challenges(elsewhere, answers()) } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest: OURS });
    await stage.call().waitFor('failed');
    expect((await stage.onlyCdr()).attempts).toMatchObject([
      { sipStatus: 407, reason: 'failed', hangupCause: 'challenge-not-for-us' },
    ]);
    expect(invitesOf(stage, 'gateway')).toHaveLength(1);
  });

  it('again and again is answered once', async () => {
    let asked = 0;
    const insatiable: Behaviour = (call) => {
      asked += 1;
      const challenge = `Digest realm="${OURS.realm}", nonce="n${asked}", qop="auth"`;
      call.reject(401, { headers: { 'WWW-Authenticate': challenge } });
    };
    const stage = await Stage.set({ buyers: { gateway: insatiable } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest: OURS });
    await stage.call().waitFor('failed');
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ sipStatus: 401, hangupCause: 'credentials-refused' }]);
    expect(invitesOf(stage, 'gateway')).toHaveLength(2);
  });

  it('answered, and then given up: the INVITE with credentials is the one cancelled', async () => {
    const stage = await Stage.set({ buyers: { gateway: challenges(OURS, ringsForever()) } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest: OURS });
    const call = stage.call();
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor(487);
    await stage.buyer('gateway').calls[1]?.waitFor('cancelled');
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ reason: 'cancelled', sipStatus: 487 }]);
  });

  it('within the call, of a re-INVITE or BYE, is answered too', async () => {
    const challenge = `Digest realm="${OURS.realm}", nonce="inside", qop="auth"`;
    const picky: Behaviour = (call) => {
      call.onRequest = (request) =>
        headerValue(request, 'Proxy-Authorization') === undefined && ['INVITE', 'BYE'].includes(request.method)
          ? { status: 407, headers: { 'Proxy-Authenticate': challenge } }
          : undefined;
      return answers()(call);
    };
    const stage = await Stage.set({ buyers: { gateway: picky } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest: OURS });
    const [call, answered] = await stage.connect('gateway');
    expect((await call.request('INVITE')).status).toBe(200);
    await call.bye();
    await answered.waitFor('ended');
    await stage.onlyCdr();
    expect(stage.wire('gateway').filter((label) => label.endsWith('BYE'))).toEqual([
      '← BYE',
      '→ 407 BYE',
      '← BYE',
      '→ 200 BYE',
    ]);
  });
});

describe('a trunk that challenges its callers', () => {
  const THEIRS = { username: 'carrier', password: 'their secret', realm: 'tollgate.example' };
  const CHALLENGED = { challengeInbound: true, digest: THEIRS };

  it('takes who knows the password, with the first challenge offered, and keeps no record of the rest', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() }, trunk: CHALLENGED });
    const [call] = await stage.connect('ann', { credentials: THEIRS });
    await call.bye();
    const refusal = stage.message('carrier', '← 401');
    expect(headerValues(refusal, 'WWW-Authenticate').map((value) => /algorithm=([^,]+)/.exec(value)?.[1])).toEqual([
      'SHA-256',
      'MD5',
    ]);
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', trunkId: stage.ids.trunkId });
  });

  it('refuses a wrong password with 403, and counts it', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() }, trunk: CHALLENGED });
    const call = stage.call({ credentials: { ...THEIRS, password: 'a guess' } });
    expect(await call.waitFor('failed')).toMatchObject({ status: 403 });
    expect(stage.buyer('ann').calls).toEqual([]);
    await stage.cdrs(0);
    const metrics = await stage.product.api('GET', '/metrics');
    expect(metrics).toContain('tollgate_sip_authentications_total{result="wrong-credentials"} 1');
    expect(metrics).toContain('tollgate_sip_authentications_total{result="challenged"} 1');
  });

  it('takes no answer twice: a replayed one is challenged anew', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() }, trunk: CHALLENGED });
    const [call] = await stage.connect('ann', { credentials: THEIRS });
    const proof = headerValue(call.invite, 'Authorization') ?? '';
    const replayed = stage.call({ headers: { Authorization: proof } });
    const refusal = await replayed.waitFor('failed');
    expect(refusal).toMatchObject({ status: 401 });
    expect(headerValue(refusal, 'WWW-Authenticate')).toContain('stale=true');
    await call.bye();
    await stage.onlyCdr();
  });

  it('without sources takes its callers from anywhere, and nobody else', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const roaming = await stage.product.post('/trunks', { name: 'Roaming', ...CHALLENGED });
    const by = await stage.addPhone('roamer', '127.0.0.9');
    const call = stage.call({ by, credentials: THEIRS });
    await call.waitFor('confirmed');
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ trunkId: roaming.id });
    const stranger = stage.call({ by, credentials: { ...THEIRS, username: 'someone' } });
    expect(await stranger.waitFor('failed')).toMatchObject({ status: 403 });
    await stage.cdrs(1);
  });
});

describe('who is calling, towards a trunk', () => {
  const ASSERTED = '+13055550199';
  const assertion = `"Real Name" <sip:${ASSERTED};verstat=TN-Validation-Passed-A@carrier.example>`;

  /** The INVITE a gateway gets of a call that comes by a trusted trunk. */
  async function towards(trusted: boolean, headers: Record<string, string>): Promise<SipRequest> {
    const stage = await Stage.set({ buyers: { gateway: answers() }, trunk: { trustIdentity: true } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { trustIdentity: trusted });
    const [call, { invite }] = await stage.connect('gateway', {
      headers: { 'P-Asserted-Identity': assertion, ...headers },
    });
    await call.bye();
    await stage.onlyCdr();
    return invite;
  }

  it('is asserted to a trusted one, with the verdict on the number', async () => {
    const invite = await towards(true, {});
    expect(headerValue(invite, 'P-Asserted-Identity')).toMatch(
      /^"?Real Name"? <sip:\+13055550199;verstat=TN-Validation-Passed-A@[^@>]+>$/,
    );
    expect(headerValue(invite, 'P-Asserted-Identity')).not.toContain('carrier.example');
  });

  it('is not asserted to an untrusted one', async () => {
    expect(headerValue(await towards(false, {}), 'P-Asserted-Identity')).toBeUndefined();
  });

  it('who asks for privacy is known to a trusted one alone, and the wish goes with it', async () => {
    const privately = { Privacy: 'id', Identity: `passport of ${ASSERTED}` };
    const known = await towards(true, privately);
    expect(headerValue(known, 'From')).toMatch(/anonymous@anonymous\.invalid/);
    expect(headerValue(known, 'Privacy')).toBe('id');
    expect(headerValue(known, 'P-Asserted-Identity')).toContain(ASSERTED);
    const unknown = await towards(false, privately);
    expect(headerValue(unknown, 'Privacy')).toBe('id');
    expect(JSON.stringify(unknown)).not.toContain(ASSERTED.slice(1));
    expect(JSON.stringify(unknown)).not.toContain(CALLER.slice(1));
  });
});

describe('numbers of a trunk', () => {
  it('are read as it writes them', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() }, trunk: { numberFormat: 'e164-without-plus' } });
    const [call] = await stage.connect('ann', { to: stage.number('14155550100'), from: 'sip:4420794601@127.0.0.1' });
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ did: '+14155550100', ani: '+4420794601' });
  });

  it('that it may not dial give an attempt that says so, and the next route rings', async () => {
    const stage = await Stage.set({ buyers: { gateway: answers(), bob: answers() } });
    await dialThroughTrunk(stage, 'gateway', ['gateway']);
    const trunkId = await onlyTrunkNamed(stage, 'Way out');
    await stage.product.patch(`/trunks/${trunkId}`, { allowedPrefixes: ['+44'] });
    const [call] = await stage.connect('bob');
    await call.bye();
    const [cdr] = await stage.product.waitForCdrs(1);
    expect(cdr?.attempts).toMatchObject([{ reason: 'not-allowed', sipStatus: null }, { reason: null }]);
    expect(stage.buyer('gateway').calls).toEqual([]);
  });
});
