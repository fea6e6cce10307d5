import { describe, expect, it, vi } from 'vitest';

import { answers } from '../support/phone/behaviours.ts';
import type { Json } from '../support/rest-client.ts';
import { isSigned } from '../support/verify-webhook.ts';
import { hang, WebhookReceiver, type ReceivedPost } from '../support/webhook-receiver.ts';
import { Stage } from './stage.ts';

const env = { WEBHOOK_ALLOW_HOSTS: '127.0.0.1' };
const ALL = ['call.received', 'call.connected', 'call.ended', 'call.settled', 'call.adjusted'];

const eventsIn = (posts: readonly ReceivedPost[]): Json[] => posts.map(({ body }) => JSON.parse(body));

describe('a receiver', () => {
  it('is told of a call from its first INVITE to its refund, signed, with the record as the API shows it', async () => {
    const stage = await Stage.set({ env, buyers: { ann: answers() } });
    const receiver = await WebhookReceiver.start();
    const { id, secret } = await stage.product.post('/webhooks', { url: receiver.url, events: ALL });
    const [call] = await stage.connect('ann');
    await receiver.received(2);
    await call.bye();
    const cdr = await stage.onlyCdr();
    await receiver.received(4);
    await stage.product.post(`/calls/${cdr.id}/refund`, { reason: 'Wrong number' });
    await receiver.received(6);

    const events = eventsIn(receiver.posts).toSorted((a, b) => a.id.localeCompare(b.id));
    expect(events.map(({ type }) => type)).toEqual([...ALL, 'call.adjusted']);
    expect(new Set(events.map(({ data }) => data.call.id))).toEqual(new Set([cdr.id]));
    const { endedAt } = cdr;
    expect(events.map(({ data }) => data.call.endedAt)).toEqual([null, null, ...Array(4).fill(endedAt)]);
    expect(events.at(-1).data.call).toEqual(await stage.product.get(`/calls/${cdr.id}`));
    const nowS = Date.now() / 1_000;
    for (const post of receiver.posts) expect(isSigned(post, secret, nowS)).toBe(true);

    await vi.waitFor(async () => {
      const { data } = await stage.product.get(`/webhooks/${id}/deliveries?status=delivered`);
      expect(data).toHaveLength(6);
    });
    const metrics = await stage.product.api('GET', '/metrics');
    expect(metrics).toContain('tollgate_webhook_posts_total{result="delivered"} 6');
    expect(metrics).toContain('tollgate_webhook_oldest_pending_seconds 0');
  });

  it('that hangs delays no call and no other receiver, nor the end of the product for long', async () => {
    const stage = await Stage.set({ env, buyers: { ann: answers() } });
    const slow = await WebhookReceiver.start(hang);
    const quick = await WebhookReceiver.start();
    for (const { url } of [slow, quick]) await stage.product.post('/webhooks', { url, events: ALL });
    for (let seq = 1; seq <= 5; seq += 1) {
      const [call] = await stage.connect('ann');
      await call.bye();
      await stage.cdrs(seq);
    }
    await quick.received(20);
    expect(slow.posts.length).toBeLessThanOrEqual(4);
    await slow.stop();
  });
});

describe('a webhook', () => {
  it('is tried out: what came back is told, a redirect is not followed', async () => {
    const stage = await Stage.set({ env });
    const receiver = await WebhookReceiver.start((socket) => {
      socket.write('HTTP/1.1 401 No\r\ncontent-length: 6\r\n\r\nwrong!');
    });
    const { id, secret } = await stage.product.post('/webhooks', {
      url: receiver.url,
      events: ['call.settled'],
      enabled: false,
    });
    const answer = await stage.product.post(`/webhooks/${id}/test`, {}).catch((error: unknown) => error);
    expect(answer).toMatchObject({ delivered: false, status: 401, error: 'answered 401', answerStart: 'wrong!' });
    const [post] = receiver.posts;
    expect(JSON.parse(post?.body ?? '')).toMatchObject({ type: 'ping', apiVersion: 'v1', data: { webhookId: id } });
    expect(post && isSigned(post, secret, Date.now() / 1_000)).toBe(true);
  });

  it('is refused where its host is private, and connected to where the setting names it', async () => {
    const stage = await Stage.set({ env: { WEBHOOK_ALLOW_HOSTS: 'localhost' } });
    const receiver = await WebhookReceiver.start();
    const create = (url: string): Promise<Json> =>
      stage.product.post('/webhooks', { url, events: ['call.settled'] }).catch((error: unknown) => error);
    expect(await create(receiver.url)).toMatchObject({ status: 422, problem: { errors: [{ path: '/url' }] } });
    const { id } = await create(`http://localhost:${receiver.port}/`);
    expect(await stage.product.post(`/webhooks/${id}/test`, {})).toMatchObject({ delivered: true });
  });
});
