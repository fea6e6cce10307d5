import { describe, expect, it, onTestFinished } from 'vitest';
import { answers, challenges, rejects } from '../support/phone/behaviours.ts';
import { Phone } from '../support/phone/phone.ts';
import { DID, provision } from '../support/provision.ts';
import { ADMIN_KEY } from '../support/rest-client.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';

const CALLER = '+12125550123';

const SECRETS = {
  admin: ADMIN_KEY,
  drachtio: 'secret-of-drachtio-0001',
  media: 'secret-of-freeswitch-0002',
  capture: 'secret-of-homer-0003',
  trunk: 'secret-of-the-trunk-0004',
  guess: 'secret-that-was-guessed-0005',
  webhook: 'whsec_c2VjcmV0LW9mLXRoZS13ZWJob29rLTAwMDY=',
  key: 'wrong-key-0007-wrong-key-0007-wrong-key',
};

const AT_GATEWAY = { username: 'tollgate', password: SECRETS.trunk, realm: 'gateway.example' };

async function start(env: Record<string, string>): Promise<TollgateProcess> {
  const tollgate = await TollgateProcess.start({ env: { LOG_LEVEL: 'trace', ...env } });
  onTestFinished(() => tollgate.stop());
  return tollgate;
}

async function openPhone(options: Parameters<typeof Phone.open>[0]): Promise<Phone> {
  const phone = await Phone.open(options);
  onTestFinished(() => phone.close());
  return phone;
}

/** A request by whatever key, whatever becomes of it. */
async function send(tollgate: TollgateProcess, path: string, key: string, body?: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const url = `http://${tollgate.http}${path}`;
  await (
    await fetch(url, { method: body === undefined ? 'GET' : 'POST', headers, ...(body === undefined ? {} : { body }) })
  ).text();
}

/** All that it said, once it has ended by itself. */
async function saidBy(tollgate: TollgateProcess): Promise<string> {
  const { stdout, stderr, exitCode } = await tollgate.process.kill('SIGTERM');
  expect(exitCode).toBe(0);
  return stdout + stderr;
}

/** All that it said of a call that found its buyer busy. */
async function saidOfACall(numbers: 'full' | 'masked'): Promise<string> {
  const tollgate = await start({ LOG_NUMBERS: numbers });
  const buyer = await openPhone({ name: 'ann', onCall: rejects(486) });
  const carrier = await openPhone({ name: 'carrier' });
  await provision(tollgate, [{ name: 'ann', uri: buyer.uri }]);
  await carrier.call({ to: `sip:${DID}@${tollgate.sip}`, from: `sip:${CALLER}@127.0.0.1` }).waitFor('failed');
  await tollgate.waitForCdrs(1);
  return saidBy(tollgate);
}

describe('the log', () => {
  it('holds no secret, at its most talkative, whatever is done with them', async () => {
    const tollgate = await start({
      DRACHTIO_SECRET: SECRETS.drachtio,
      FREESWITCH_SECRET: SECRETS.media,
      HEP_TARGET: '127.0.0.1:9',
      HEP_PASSWORD: SECRETS.capture,
      WEBHOOK_ALLOW_HOSTS: '127.0.0.1',
    });
    const gateway = await openPhone({ name: 'gateway', onCall: challenges(AT_GATEWAY, answers()) });
    const carrier = await openPhone({ name: 'carrier' });
    const theirs = { username: 'carrier', password: SECRETS.trunk, realm: 'tollgate.example' };
    const wayOut = await tollgate.post('/trunks', {
      name: 'Way out',
      gateways: [{ uri: `sip:${gateway.at}`, priority: 1, weight: 1 }],
      digest: AT_GATEWAY,
    });
    const destination = { name: 'ann', uri: 'tel:+13055550100', destination: { trunkId: wayOut.id } };
    await provision(tollgate, [destination], { trunk: { challengeInbound: true, digest: theirs } });

    const made = await tollgate.post('/api-keys', { name: 'One more', role: 'operator' });
    await send(tollgate, '/v1/buyers', made.key);
    await send(tollgate, '/v1/buyers', SECRETS.key);
    await send(tollgate, `/v1/buyers?key=${SECRETS.key}`, made.key);
    await send(tollgate, '/v1/trunks', made.key, `{"digest":{"password":"${SECRETS.guess}"}`);
    await send(tollgate, '/v1/trunks', made.key, `{"name":"x","digest":{"password":"${SECRETS.guess}","wrong":1}}`);
    // Nobody listens there: what is posted fails, and is tried again.
    const hook = { url: 'http://127.0.0.1:9/hook', events: ['call.received', 'call.settled'], secret: SECRETS.webhook };
    await tollgate.post('/webhooks', hook);

    const to = `sip:${DID}@${tollgate.sip}`;
    const stranger = carrier.call({ to, credentials: { ...theirs, password: SECRETS.guess } });
    await stranger.waitFor('failed');
    const call = carrier.call({ to, credentials: theirs });
    await call.waitFor('confirmed');
    await call.bye();
    await tollgate.waitForCdrs(1);

    const said = await saidBy(tollgate);
    expect(said).toContain('"event":"call.settled"');
    expect(said).toContain('sip.wrong-credentials');
    for (const [name, secret] of Object.entries({ ...SECRETS, made: String(made.key) })) {
      expect(said.includes(secret), `${name} is in the log`).toBe(false);
    }
  });

  it('has telephone numbers as they are, so that a call can be found by them', async () => {
    expect(await saidOfACall('full')).toContain(DID);
  });

  it('has only their last four digits where it is told to mask them', async () => {
    const said = await saidOfACall('masked');
    expect(said).toContain(`*${DID.slice(-4)}`);
    expect(said).not.toContain(DID.slice(1));
    expect(said).not.toContain(CALLER.slice(1));
  });
});
