import { describe, expect, it } from 'vitest';

import { answers } from '../../support/phone/behaviours.ts';
import { ADMIN_KEY, type Json } from '../../support/rest-client.ts';
import { WebhookReceiver } from '../../support/webhook-receiver.ts';
import { Stage } from '../stage.ts';
import { judgeAnswer } from './judge-answer.ts';
import { toDescription, type Description, type Operation } from './operations.ts';
import { urlOf, type Answer } from './walk-stage.ts';

/** What never ends by itself has a ladder of its own. */
const ENDLESS = 'GET /v1/events';

async function ask(
  { product }: Stage,
  operation: Operation,
  params: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await fetch(`http://${product.http}${urlOf(operation.path, { params })}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';', 1);
  return { status: response.status, type, body: await response.text(), headers: Object.fromEntries(response.headers) };
}

/** Parameters that lead to something, where the list above the operation has something. */
async function findParams(stage: Stage, { path, params }: Operation): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const name of params) {
    if (name === 'collection') return { collection: 'routes' };
    const above = urlOf(path.slice(0, path.indexOf(`/{${name}}`)), { params: found });
    const { data } = (await stage.product.api('GET', above)) as { data: readonly Json[] };
    found[name] = data[0]?.id ?? 'none';
  }
  return found;
}

/** Reads all that can be read. Gives what is not as described, and the statuses by operation. */
async function readAll(stage: Stage, { document, operations }: Description) {
  const wrong: string[] = [];
  const statuses = new Map<string, number>();
  for (const operation of operations) {
    if (operation.method !== 'GET' || operation.name === ENDLESS) continue;
    const answer = await ask(stage, operation, await findParams(stage, operation));
    wrong.push(...judgeAnswer(operation, document, answer).map((fault) => `${operation.name} ${fault}`));
    statuses.set(operation.name, answer.status);
  }
  return { wrong, statuses };
}

/** One of each that no call needs. */
async function provisionTheRest({ product }: Stage): Promise<void> {
  const { url } = await WebhookReceiver.start();
  await product.post('/webhooks', { url, events: ['call.received', 'call.settled'] });
  await product.post('/areas', { name: 'California', include: [{ state: 'CA' }] });
  await product.post('/schedules', { name: 'Mondays', timezone: 'UTC', weekly: { mon: [['09:00', '17:00']] } });
  await product.post('/blocklist', { match: '+12125559999', reason: 'Robocalls' });
}

describe('the running product', () => {
  it('answers each read as it is described, with a call up, settled and erased', async () => {
    const stage = await Stage.set({ env: { WEBHOOK_ALLOW_HOSTS: '127.0.0.1' }, buyers: { ann: answers() } });
    await provisionTheRest(stage);
    const description = toDescription(await stage.product.api('GET', '/openapi.json'));
    const [call] = await stage.connect('ann');
    const during = await readAll(stage, description);
    await call.bye();
    const cdr = await stage.onlyCdr();
    await stage.product.patch(`/calls/${cdr.id}/disposition`, { value: 'booked' });
    await stage.product.post(`/calls/${cdr.id}/refund`, { reason: 'Wrong number' });
    const after = await readAll(stage, description);
    await stage.product.post('/erasures', { callId: cdr.id });
    const erased = await readAll(stage, description);

    expect([...during.wrong, ...after.wrong, ...erased.wrong]).toEqual([]);
    const missing = [...erased.statuses].filter(([, status]) => status !== 200);
    // Nothing is recorded without a media server.
    expect(missing).toEqual([['GET /v1/calls/{id}/recording', 404]]);
  }, 60_000);
});
