import { describe, expect, it, test } from 'vitest';

import { sample } from '../../test/support/sample-plan.ts';
import { temporaryStore } from '../../test/support/temporary-store.ts';
import type { BuyerId, PromptId } from '../domain/ids.ts';
import type { Campaign } from '../domain/plan/campaign.ts';
import type { Store } from './open-store.ts';

const keep = (store: Store, name = 'Hello') =>
  store.prompts.keep({ id: store.prompts.newId(), name, durationMs: 1_234 });

const BUILT_IN = 'prm_default-greeting' as PromptId;
const GONE = 'prm_GONE' as PromptId;

describe('Prompts', () => {
  it('are kept, renamed and removed, each change at the revision that was asked for', async () => {
    const store = temporaryStore();
    const kept = await keep(store);
    expect(kept).toEqual({
      id: expect.stringMatching(/^prm_[0-9A-Z]{26}$/) as string,
      name: 'Hello',
      durationMs: 1_234,
      builtIn: false,
      createdAt: expect.any(String) as string,
      updatedAt: kept.createdAt,
      revision: 1,
    });
    expect(await store.prompts.get(kept.id)).toEqual(kept);
    expect(await store.prompts.rename(kept.id, 'Welcome', 1)).toMatchObject({ name: 'Welcome', revision: 2 });
    await expect(store.prompts.rename(kept.id, 'Late', 1)).rejects.toMatchObject({ code: 'version-conflict' });
    await store.prompts.remove(kept.id, 2);
    await expect(store.prompts.get(kept.id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that come with the product stay as they are', async () => {
    const store = temporaryStore();
    const before = await store.prompts.get(BUILT_IN);
    const refusal = { code: 'wrong-state', message: expect.stringContaining('comes with Tollgate') as string };
    await expect(store.prompts.rename(BUILT_IN, 'Mine')).rejects.toMatchObject(refusal);
    await expect(store.prompts.remove(BUILT_IN)).rejects.toMatchObject(refusal);
    expect(await store.prompts.get(BUILT_IN)).toEqual(before);
  });

  it('are listed page by page, and by name or origin', async () => {
    const store = temporaryStore();
    const names = ['a', 'b', 'b'];
    for (const name of names) await keep(store, name);
    const own = { builtIn: false };
    const first = await store.prompts.list({ limit: 2, filters: own });
    const second = await store.prompts.list({ limit: 2, filters: own, cursor: first.nextCursor ?? '' });
    expect([...first.data, ...second.data].map(({ name }) => name)).toEqual(names);
    expect(second.nextCursor).toBeNull();
    expect((await store.prompts.list({ limit: 50, filters: { name: 'b' } })).data).toHaveLength(2);
    expect((await store.prompts.list({ limit: 50, filters: { builtIn: true, name: 'b' } })).data).toEqual([]);
    const foreign = store.prompts.list({ limit: 2, filters: {}, cursor: first.nextCursor ?? '' });
    await expect(foreign).rejects.toMatchObject({ code: 'invalid' });
    await expect(store.prompts.list({ limit: 0, filters: {} })).rejects.toMatchObject({ code: 'invalid' });
  });
});

/** Every place that can name a prompt. */
const CAMPAIGNS: readonly (readonly [path: string, fields: (id: PromptId) => Partial<Campaign>])[] = [
  ...(['greeting', 'consent', 'afterHours', 'noRoute', 'ringback'] as const).map(
    (name) => [`/prompts/${name}`, (id: PromptId) => ({ prompts: { [name]: id } })] as const,
  ),
  ['/afterHours/promptId', (promptId) => ({ afterHours: { action: 'hangup', promptId } })],
  ['/afterHours/promptId', (promptId) => ({ afterHours: { action: 'voicemail', promptId } })],
  [
    '/ivr/steps/hi/prompt',
    (prompt) => ({
      ivr: { start: 'hi', steps: { hi: { type: 'play', prompt, next: 'end' }, end: { type: 'route' } } },
    }),
  ],
  [
    '/ivr/steps/ask/invalidPrompt',
    (invalidPrompt) => ({
      ivr: {
        start: 'ask',
        steps: {
          ask: {
            type: 'menu',
            prompt: BUILT_IN,
            invalidPrompt,
            choices: { 1: 'end' },
            timeoutS: 5,
            attempts: 3,
            onFail: 'end',
          },
          end: { type: 'route' },
        },
      },
    }),
  ],
  ['/ivr/steps/bye/prompt', (prompt) => ({ ivr: { start: 'bye', steps: { bye: { type: 'hangup', prompt } } } })],
];

describe.each(CAMPAIGNS)('A campaign that names a prompt at %s', (path, fields) => {
  it('is refused where there is none', async () => {
    const { resources } = temporaryStore();
    await expect(resources.create('campaigns', sample.campaign(fields(GONE)))).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path, message: 'there is no prm_GONE among the prompts' }],
    });
  });

  it('keeps it from being removed, until it names another', async () => {
    const store = temporaryStore();
    const { id } = await keep(store);
    const campaign = await store.resources.create('campaigns', sample.campaign(fields(id)));
    const refusal = { code: 'in-use', message: expect.stringContaining(`campaigns ${campaign.id}`) as string };
    await expect(store.prompts.remove(id)).rejects.toMatchObject(refusal);
    await store.resources.replace('campaigns', campaign.id, { ...sample.campaign(fields(BUILT_IN)), archived: false });
    await store.prompts.remove(id);
  });
});

test('A destination that whispers a prompt needs it, and keeps it', async () => {
  const store = temporaryStore();
  const buyer = await store.resources.create('buyers', sample.buyer());
  const whispering = (whisper: PromptId) =>
    store.resources.create('destinations', sample.destination(buyer.id, { whisper }));
  await expect(whispering(GONE)).rejects.toMatchObject({ problems: [{ path: '/whisper' }] });
  const { id } = await keep(store);
  const destination = await whispering(id);
  const refusal = { message: expect.stringContaining(`destinations ${destination.id}`) as string };
  await expect(store.prompts.remove(id)).rejects.toMatchObject(refusal);
});

test('A name that reads like the id of a prompt is no use of it', async () => {
  const store = temporaryStore();
  const { id } = await keep(store);
  await store.resources.create('campaigns', sample.campaign({ name: id }));
  await store.resources.create('destinations', sample.destination((await buyerOf(store)) as BuyerId, { name: id }));
  await store.prompts.remove(id);
});

async function buyerOf(store: Store): Promise<string> {
  return (await store.resources.create('buyers', sample.buyer())).id;
}
