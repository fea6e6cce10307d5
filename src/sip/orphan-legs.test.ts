import { describe, expect, it, vi } from 'vitest';
import type { DrachtioClient } from './drachtio.ts';
import { OrphanLegs } from './orphan-legs.ts';

type Callback = Parameters<DrachtioClient['request']>[2];

/** A library that writes down what it is to send, and throws where it has found its link gone. */
function fakeLibrary() {
  const asked: { readonly line: string; readonly callback: Callback }[] = [];
  const library = {
    hasLink: true,
    asked,
    get lines(): string[] {
      return asked.map(({ line }) => line);
    },
  };
  const note = (line: string, callback: Callback): void => {
    if (!library.hasLink) throw new Error('no socket');
    asked.push({ line, callback });
  };
  const client = {
    request: (_uri: string, options: { method: string; stackDialogId?: string; stackTxnId?: string }, done: Callback) =>
      note(`${options.method} ${options.stackDialogId ?? options.stackTxnId}`, done),
    app: {
      client: {
        sendMessage: (message: string, { stackTxnId }: { stackTxnId: string }) =>
          note(`${message.split(' ')[1]} ${stackTxnId}`, () => undefined),
      },
    },
  } as unknown as DrachtioClient;
  return { library, orphans: new OrphanLegs(client) };
}

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let isSettled = false;
  void promise.then(() => (isSettled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return isSettled;
};

describe('legs that a process or a link before has left', () => {
  it('wait for the link, and are then cancelled, refused and hung up by their ids', async () => {
    const { library, orphans } = fakeLibrary();
    const all = Promise.all([
      orphans.cancel('t1', 'interrupted'),
      orphans.refuse('t2'),
      orphans.hangUp('d1', 'interrupted'),
    ]);
    expect(await settled(all)).toBe(false);
    expect(library.lines).toEqual([]);
    orphans.linkUp();
    await vi.waitFor(() => expect(library.lines).toEqual(['CANCEL t1', '503 t2', 'BYE d1']));
    // That the server knows no such leg is as good.
    for (const { callback } of library.asked) callback(new Error('unknown'));
    await all;
  });

  it('are hung up again where the link broke before the server could reply', async () => {
    const { library, orphans } = fakeLibrary();
    orphans.linkUp();
    const done = orphans.hangUp('d1', 'normal');
    await settled(done);
    orphans.linkLost();
    expect(await settled(done)).toBe(false);
    orphans.linkUp();
    await vi.waitFor(() => expect(library.lines).toEqual(['BYE d1', 'BYE d1']));
    library.asked[1]?.callback(null);
    await done;
  });

  it('wait on where the library has found the link gone before it said so', async () => {
    const { library, orphans } = fakeLibrary();
    library.hasLink = false;
    orphans.linkUp();
    const done = orphans.refuse('t1');
    expect(await settled(done)).toBe(false);
    library.hasLink = true;
    await done;
    expect(library.lines).toEqual(['503 t1']);
  });

  it.each([
    { said: 'that it knows none such', error: Object.assign(new Error(), { code: 'ENODIALOG' }), fate: 'gone' },
    { said: 'anything else', error: new Error('busy'), fate: 'unknown' },
  ])('are $fate where the server says $said', async ({ error, fate }) => {
    const { library, orphans } = fakeLibrary();
    orphans.linkUp();
    const asked = orphans.ask('d1');
    await settled(asked);
    expect(library.lines).toEqual(['OPTIONS d1']);
    library.asked[0]?.callback(error);
    expect(await asked).toBe(fate);
  });
});
