import { describe, expect, it, onTestFinished } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { admitCall } from '../../test/support/settle-call.ts';
import { temporaryStore } from '../../test/support/temporary-store.ts';
import { addWebhook, deliveriesTo } from '../../test/support/webhook-samples.ts';
import { AppError } from '../domain/app-error.ts';
import type { WebhookId } from '../domain/ids.ts';
import type { Store } from '../store/open-store.ts';
import { DeliveryWorker } from './delivery-worker.ts';
import type { Posted } from './post-event.ts';
import type { DeliveryObserver } from './ports/delivery-observer.ts';
import type { DeliveryStore } from './ports/delivery-store.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface Post {
  readonly url: string;
  readonly body: string;
  answer(outcome?: Partial<Posted>): Promise<void>;
}

/** A worker on a real store, whose posts wait for the test to answer them. */
class Bench {
  readonly clock = new ManualClock();
  readonly store: Store = temporaryStore(() => this.clock.now().wall);
  /** Posts that wait for their answer. */
  readonly posts: Post[] = [];
  readonly heard: string[] = [];
  readonly worker: DeliveryWorker;
  /** The jitter: all of each wait, unless told otherwise. */
  draw = 1 - Number.EPSILON;
  made = 0;

  constructor(changes: (store: DeliveryStore) => Partial<DeliveryStore> = () => ({})) {
    const observer: DeliveryObserver = {
      posted: ({ result, status }) => void this.heard.push(`${result} ${status}`),
      gaveUp: (count) => void this.heard.push(`gave up ${count}`),
      disabled: (_id, reason) => void this.heard.push(`disabled ${reason}`),
      faulted: (error) => void this.heard.push(`faulted ${String(error)}`),
    };
    const { deliveries } = this.store;
    this.worker = new DeliveryWorker({
      store: { ...deliveries, ...changes(deliveries) },
      poster: { post: ({ url }, { body }, signal) => this.#post(url, body, signal) },
      clock: this.clock,
      observer,
      draw: () => this.draw,
      keepMs: 14 * DAY_MS,
    });
    onTestFinished(async () => {
      const stopped = this.worker.stop(0);
      this.clock.advance(0);
      await stopped;
    });
  }

  async start(...calls: readonly string[]): Promise<this> {
    for (const call of calls) await admitCall(this.store, call);
    this.worker.start();
    await this.settle();
    return this;
  }

  /** Lets everything happen that needs no time to pass. */
  async settle(): Promise<void> {
    // A look and a commit take a turn of the event loop each; what follows from them, another two.
    for (let turn = 0; turn < 12; turn += 1) await new Promise(setImmediate);
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** Answers every post that waits, and those that follow from it without a pause. */
  async answerAll(outcome: Partial<Posted> = {}): Promise<number> {
    let answered = 0;
    for (let post = this.posts[0]; post; post = this.posts[0]) {
      await post.answer(outcome);
      answered += 1;
    }
    return answered;
  }

  #post(url: string, body: string, signal: AbortSignal | undefined): Promise<Posted> {
    this.made += 1;
    return new Promise((resolve) => {
      const finish = async (outcome: Partial<Posted>): Promise<void> => {
        this.posts.splice(this.posts.indexOf(post), 1);
        resolve({ status: 200, error: null, retryAfter: null, tookMs: 1, answerStart: '', ...outcome });
        await this.settle();
      };
      const post: Post = { url, body, answer: (outcome = {}) => finish(outcome) };
      signal?.addEventListener('abort', () => void finish({ status: null, error: 'called off' }));
      this.posts.push(post);
    });
  }
}

const FAIL = { status: 500, error: 'answered 500' };
const wanting = (store: Store, url = 'http://one.example/'): Promise<{ readonly id: WebhookId }> =>
  addWebhook(store, { url, events: ['call.received'] });

describe('The worker', () => {
  it('posts what waits from before, and what comes from then on, as soon as it is committed', async () => {
    const bench = new Bench();
    const { id } = await wanting(bench.store);
    await bench.start('call_1');
    expect(bench.posts.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['call.received']);
    expect(await bench.answerAll()).toBe(1);
    await admitCall(bench.store, 'call_2');
    await bench.settle();
    expect(await bench.answerAll()).toBe(1);
    expect(bench.heard).toEqual(['delivered 200', 'delivered 200']);
    expect((await deliveriesTo(bench.store, id)).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    await bench.pass(3 * DAY_MS);
    expect(bench.made).toBe(2);
  });

  it('tries again after a wait that doubles, with the same body, until it gets through', async () => {
    const bench = new Bench();
    const { id } = await wanting(bench.store);
    await bench.start('call_1');
    const body = bench.posts[0]?.body;
    for (const waitMs of [5_000, 10_000, 20_000, 40_000]) {
      await bench.answerAll(FAIL);
      await bench.pass(waitMs - 2);
      expect(bench.posts).toEqual([]);
      await bench.pass(1);
      expect(bench.posts.map((post) => post.body)).toEqual([body]);
    }
    await bench.answerAll();
    expect(await deliveriesTo(bench.store, id)).toMatchObject([{ status: 'delivered', tries: 5 }]);
  });

  it('gives a delivery up after three days, and the webhook after five, and never posts to it again', async () => {
    const bench = new Bench();
    const { id } = await wanting(bench.store);
    await bench.start('call_1');
    for (let hour = 0; hour < 73; hour += 1) {
      await bench.answerAll(FAIL);
      await bench.pass(HOUR_MS);
    }
    const [first] = await deliveriesTo(bench.store, id);
    expect(first).toMatchObject({ status: 'dead', reason: 'expired' });
    expect(first?.tries).toBeGreaterThan(20);
    expect((await bench.store.webhooks.get(id)).enabled).toBe(true);
    await admitCall(bench.store, 'call_2');
    for (let hour = 0; hour < 73; hour += 1) {
      await bench.answerAll(FAIL);
      await bench.pass(HOUR_MS);
    }
    expect(await bench.store.webhooks.get(id)).toMatchObject({ enabled: false, disabledReason: 'failing' });
    expect(bench.heard).toContain('disabled failing');
    const { made } = bench;
    await bench.pass(2 * DAY_MS);
    expect(bench.made).toBe(made);
  });

  it('posts nothing more to a webhook that answers 410', async () => {
    const bench = new Bench();
    await wanting(bench.store);
    await bench.start('call_1', 'call_2', 'call_3', 'call_4', 'call_5');
    await bench.posts[0]?.answer({ status: 410, error: 'answered 410' });
    expect(bench.heard).toEqual(['dead 410', 'disabled gone']);
    await bench.answerAll(FAIL);
    await bench.pass(DAY_MS);
    expect(bench.made).toBe(4);
  });

  it('leaves a webhook alone for as long as it asks by Retry-After, new events too', async () => {
    const bench = new Bench();
    await wanting(bench.store);
    await bench.start('call_1');
    await bench.answerAll({ status: 429, error: 'answered 429', retryAfter: '90' });
    await admitCall(bench.store, 'call_2');
    await bench.pass(89_999);
    expect(bench.posts).toEqual([]);
    await bench.pass(1);
    expect(await bench.answerAll()).toBe(2);
  });

  it('has four posts to one webhook on the way at most, and one to a webhook that fails', async () => {
    const bench = new Bench();
    await wanting(bench.store);
    await bench.start(...Array.from({ length: 10 }, (_, call) => `call_${call}`));
    expect(bench.posts).toHaveLength(4);
    await bench.posts[0]?.answer();
    expect(bench.posts).toHaveLength(4);
    await bench.posts[0]?.answer(FAIL);
    expect(bench.posts).toHaveLength(3);
    for (const post of bench.posts.slice(0, 2)) await post.answer(FAIL);
    expect(bench.posts).toHaveLength(1);
    await bench.posts[0]?.answer(FAIL);
    expect(bench.posts).toHaveLength(1);
    // One that gets through opens the way for the rest.
    await bench.posts[0]?.answer();
    expect(bench.posts).toHaveLength(4);
  });

  it('lets webhooks that hang keep none of the others waiting, and sixty-four be on the way at most', async () => {
    const bench = new Bench();
    for (let hook = 0; hook < 20; hook += 1) await wanting(bench.store, `http://hook-${hook}.example/`);
    await bench.start(...Array.from({ length: 5 }, (_, call) => `call_${call}`));
    expect(bench.posts).toHaveLength(64);
    // The others hang. This one is answered, and gets all of its five.
    let answered = 0;
    for (let post = bench.posts.find(({ url }) => url.includes('-7.')); post; answered += 1) {
      await post.answer();
      post = bench.posts.find(({ url }) => url.includes('-7.'));
    }
    expect(answered).toBe(5);
    await bench.answerAll(FAIL);
    for (let round = 0; round < 10; round += 1) {
      await bench.pass(600_000);
      expect(bench.posts.length).toBeLessThanOrEqual(64);
      await bench.answerAll();
    }
    const { data } = await bench.store.webhooks.list({ limit: 50 });
    for (const { id } of data) {
      expect((await deliveriesTo(bench.store, id)).map(({ status }) => status)).toEqual(Array(5).fill('delivered'));
    }
  });

  it('takes turns: with more webhooks than room, each gets its posts', async () => {
    const bench = new Bench();
    for (let hook = 0; hook < 40; hook += 1) await wanting(bench.store, `http://hook-${hook}.example/`);
    await bench.start(...Array.from({ length: 8 }, (_, call) => `call_${call}`));
    const served = new Set<string>();
    for (let post = 0; post < 160; post += 1) {
      served.add(bench.posts[0]?.url ?? '');
      await bench.posts[0]?.answer();
    }
    expect(served.size).toBe(40);
  });

  it('waits a moment where the store can not write what came of a post, and posts again: at least once', async () => {
    let isAway = true;
    const bench = new Bench((store) => ({
      recordPost: (post) =>
        isAway ? Promise.reject(new AppError('store-unavailable', 'disk full')) : store.recordPost(post),
    }));
    const { id } = await wanting(bench.store);
    await bench.start('call_1');
    await bench.answerAll();
    await bench.pass(4_999);
    expect([bench.made, bench.heard.length]).toEqual([1, 1]);
    isAway = false;
    await bench.pass(1);
    expect(await bench.answerAll()).toBe(1);
    expect(await deliveriesTo(bench.store, id)).toMatchObject([{ status: 'delivered' }]);
  });

  it('posts nothing before the disk has it, nor while the disk fails', async () => {
    const disk: PromiseWithResolvers<void>[] = [];
    const bench = new Bench(() => ({
      onDisk: () => {
        const sync = Promise.withResolvers<void>();
        disk.push(sync);
        return sync.promise;
      },
    }));
    await wanting(bench.store);
    await bench.start('call_1');
    expect([disk.length, bench.made]).toEqual([1, 0]);
    disk[0]?.reject(new AppError('store-unavailable', 'i/o error'));
    await bench.settle();
    expect([bench.made, bench.heard]).toEqual([0, ['faulted AppError: i/o error']]);
    await bench.pass(5_000);
    disk[1]?.resolve();
    await bench.settle();
    expect(await bench.answerAll()).toBe(1);
  });

  it('goes on where the store could not be read', async () => {
    let isAway = true;
    const bench = new Bench((store) => ({
      targets: (now) => {
        if (isAway) throw new AppError('store-unavailable', 'locked');
        return store.targets(now);
      },
    }));
    await wanting(bench.store);
    await bench.start('call_1');
    expect(bench.heard).toEqual(['faulted AppError: locked']);
    isAway = false;
    await bench.pass(5_000);
    expect(await bench.answerAll()).toBe(1);
  });

  it('says how many it gave up without a post', async () => {
    const bench = new Bench();
    const { id } = await wanting(bench.store);
    await admitCall(bench.store, 'call_1');
    await bench.store.webhooks.change(id, (current) => ({ ...current, enabled: false }));
    bench.clock.advance(3 * DAY_MS);
    await bench.start();
    expect(bench.heard).toEqual(['gave up 1']);
  });
});

describe('A worker that is stopped', () => {
  it('takes up nothing more, and waits for what is on the way', async () => {
    const bench = new Bench();
    const { id } = await wanting(bench.store);
    await bench.start('call_1');
    let isStopped = false;
    const stopping = bench.worker.stop(5_000).then(() => (isStopped = true));
    await admitCall(bench.store, 'call_2');
    await bench.settle();
    expect([isStopped, bench.made]).toEqual([false, 1]);
    await bench.answerAll();
    await stopping;
    expect((await deliveriesTo(bench.store, id)).map(({ status }) => status)).toEqual(['delivered', 'pending']);
    expect(bench.clock.running).toBe(0);
  });

  it('calls off what is not answered in time, which stays due as if it had not been posted', async () => {
    const bench = new Bench();
    const { id } = await wanting(bench.store);
    await bench.start('call_1');
    const stopping = bench.worker.stop(5_000);
    await bench.pass(5_000);
    await stopping;
    expect(bench.heard).toEqual([]);
    expect(await deliveriesTo(bench.store, id)).toMatchObject([{ status: 'pending', tries: 0 }]);
  });
});
