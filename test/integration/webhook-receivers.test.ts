import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { DeliveryWorker } from '../../src/webhooks/delivery-worker.ts';
import { createPoster } from '../../src/webhooks/post-event.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { admitCall, settleCall } from '../support/settle-call.ts';
import { temporaryStore } from '../support/temporary-store.ts';
import { isSigned } from '../support/verify-webhook.ts';
import { addWebhook, deliveriesTo } from '../support/webhook-samples.ts';
import { answerWith, hang, WebhookReceiver, writeForEver, type Answer } from '../support/webhook-receiver.ts';

const MISBEHAVIOURS: Readonly<Record<string, Answer>> = {
  fails: answerWith(500),
  'is overloaded': answerWith(503, { 'retry-after': '2' }),
  hangs: hang,
  redirects: answerWith(307, { location: 'http://127.0.0.1:1/' }),
  resets: (socket) => void socket.resetAndDestroy(),
  'hangs up': (socket) => void socket.end(),
  'never ends its headers': writeForEver('HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(1_000)}\r\n`),
  'is slow with its headers': (socket) => void socket.write('HTTP/1.1 200 OK\r\nx: '),
  'speaks no HTTP': (socket) => void socket.end('220 mail.example\r\n'),
  'lies about lengths': answerWith(500, { 'content-length': '5' }),
};

/** The store, the worker and real connections, on a clock that a test turns by hand. */
function startDelivering() {
  const clock = new ManualClock();
  const store = temporaryStore(() => clock.now().wall);
  const poster = createPoster({ clock, allowedHosts: new Set(['127.0.0.1']), version: '0.0.0' });
  const silent = () => undefined;
  const worker = new DeliveryWorker({
    store: store.deliveries,
    poster,
    clock,
    observer: { posted: silent, gaveUp: silent, disabled: silent, faulted: silent },
    // No wait between tries but what a receiver asks for: what is tried here is connections.
    draw: () => 0,
    keepMs: 86_400_000,
  });
  onTestFinished(async () => {
    const stopped = worker.stop(0);
    clock.advance(0);
    await stopped;
    await poster.close();
  });
  worker.start();
  /** Turns the clock, a second at a time and no faster than packets travel, until every delivery is made. */
  const allDelivered = (webhookId: string): Promise<void> =>
    vi.waitFor(
      async () => {
        clock.advance(1_000);
        const deliveries = await deliveriesTo(store, webhookId);
        expect(deliveries.filter(({ status }) => status !== 'delivered')).toEqual([]);
      },
      { timeout: 15_000, interval: 5 },
    );
  return { clock, store, allDelivered };
}

describe('A receiver', () => {
  it.each(Object.entries(MISBEHAVIOURS))(
    'that %s, again and again, gets everything in the end, each time the same and signed',
    async (_what, misbehave) => {
      const { clock, store, allDelivered } = startDelivering();
      const receiver = await WebhookReceiver.start(misbehave);
      const { id, secret = '' } = await addWebhook(store, { url: receiver.url });
      await settleCall(store, 'call_1');
      await receiver.received(1);
      let left = 3;
      receiver.answer = (socket, post) => (left-- > 0 ? misbehave : answerWith(200))(socket, post);
      await allDelivered(id);

      const deliveries = await deliveriesTo(store, id);
      expect(deliveries.map(({ type }) => type)).toEqual([
        'call.received',
        'call.connected',
        'call.ended',
        'call.settled',
      ]);
      expect(new Set(receiver.ids)).toEqual(new Set(deliveries.map(({ eventId }) => eventId)));
      expect(receiver.posts.length).toBeGreaterThan(4);
      const bodies = new Set(receiver.posts.map(({ headers, body }) => `${headers['webhook-id']} ${body}`));
      expect(bodies.size).toBe(4);
      const nowS = clock.now().wall / 1_000;
      for (const post of receiver.posts) expect(isSigned(post, secret, nowS, 3_600)).toBe(true);
    },
  );

  it('that answers without end takes no memory for it, however many answers there are', async () => {
    const { store, allDelivered } = startDelivering();
    const endless = writeForEver(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      `400\r\n${'x'.repeat(1_024)}\r\n`,
    );
    const receiver = await WebhookReceiver.start(endless);
    const { id } = await addWebhook(store, { url: receiver.url });
    const before = process.memoryUsage().arrayBuffers;
    for (let call = 0; call < 25; call += 1) await settleCall(store, `call_${call}`);
    await allDelivered(id);
    expect(receiver.posts.length).toBeGreaterThanOrEqual(100);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it('that hangs keeps neither calls nor another receiver waiting', async () => {
    const { store, clock } = startDelivering();
    const [slow, quick] = [await WebhookReceiver.start(hang), await WebhookReceiver.start()];
    const events = ['call.received'] as const;
    await addWebhook(store, { url: slow.url, events });
    await addWebhook(store, { url: quick.url, events });
    for (let call = 0; call < 30; call += 1) await admitCall(store, `call_${call}`);
    await quick.received(30);
    await slow.received(4);
    expect(slow.posts).toHaveLength(4);
    // Nothing but the packets had to pass: no time did.
    expect(clock.now().mono).toBe(0);
  });
});
