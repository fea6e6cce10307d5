import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { temporaryStore } from '../../test/support/temporary-store.ts';
import { AppError } from '../domain/app-error.ts';
import type { PromptId } from '../domain/ids.ts';
import type { Store } from '../store/open-store.ts';
import { convertWav } from './convert-wav.ts';
import { PromptFiles } from './prompt-files.ts';

const prompt = { name: 'Hello', durationMs: 1_000, wav: Buffer.from('sound') };

function setUp(store: Store = temporaryStore()) {
  const dataDir = temporaryFolder();
  return { dataDir, store, files: new PromptFiles({ dataDir, register: store.prompts }) };
}

describe('A prompt', () => {
  it('lies under its id in the data folder, and nothing else does', async () => {
    const { dataDir, store, files } = setUp();
    const { id } = await files.add(prompt);
    expect(files.pathOf(id)).toBe(join(dataDir, 'prompts', `${id}.wav`));
    expect(readFileSync(files.pathOf(id), 'utf8')).toBe('sound');
    expect(readdirSync(join(dataDir, 'prompts'))).toEqual([`${id}.wav`]);
    expect(await store.prompts.get(id)).toMatchObject({ name: 'Hello', durationMs: 1_000, builtIn: false });
  });

  it('that can not be registered leaves no file', async () => {
    const { dataDir, store } = setUp();
    const register = { ...store.prompts, keep: () => Promise.reject(new Error('full')) };
    const files = new PromptFiles({ dataDir, register });
    await expect(files.add(prompt)).rejects.toThrow('full');
    expect(readdirSync(join(dataDir, 'prompts'))).toEqual([]);
  });

  it('that can not be written is not registered, and the fault says why', async () => {
    const { dataDir, store, files } = setUp();
    writeFileSync(join(dataDir, 'prompts'), 'a file where the folder should be');
    const fault = await files.add(prompt).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(AppError);
    expect(fault).toMatchObject({ code: 'store-unavailable', message: expect.stringContaining('EEXIST') as string });
    expect((await store.prompts.list({ limit: 50, filters: { builtIn: false } })).data).toEqual([]);
  });

  it('that is removed is gone with its file, and the file stays where it may not be removed', async () => {
    const { files } = setUp();
    const { id } = await files.add(prompt);
    await expect(files.remove(id, 7)).rejects.toMatchObject({ code: 'version-conflict' });
    expect(existsSync(files.pathOf(id))).toBe(true);
    await files.remove(id);
    expect(existsSync(files.pathOf(id))).toBe(false);
    await expect(files.remove(id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('whose file is gone already can be removed all the same', async () => {
    const { store, files } = setUp();
    const { id } = await files.add(prompt);
    rmSync(files.pathOf(id));
    await files.remove(id);
    expect(store.prompts.has(id)).toBe(false);
  });
});

describe('After a crash', () => {
  it('files that nobody knows of are taken away, and no others', async () => {
    const { dataDir, files } = setUp();
    const { id } = await files.add(prompt);
    const folder = join(dataDir, 'prompts');
    for (const name of ['prm_01LOST.wav', 'prm_02HALF.wav.part', `${id}.wav.part`, 'mine.wav', 'prm_x.txt', 'a.part']) {
      writeFileSync(join(folder, name), '');
    }
    const swept = await files.sweep();
    expect(swept.toSorted()).toEqual([`${id}.wav.part`, 'prm_01LOST.wav', 'prm_02HALF.wav.part'].toSorted());
    expect(readdirSync(folder).toSorted()).toEqual([`${id}.wav`, 'a.part', 'mine.wav', 'prm_x.txt'].toSorted());
  });

  it('there may be no folder yet', async () => {
    expect(await setUp().files.sweep()).toEqual([]);
  });
});

describe('The prompts that come with the product', () => {
  it('are in every store, each with its file as telephones play it, and as long as is said', async () => {
    const { store, files } = setUp();
    const { data } = await store.prompts.list({ limit: 500, filters: {} });
    expect(data.map(({ id }) => id)).toEqual(
      [
        'after-hours',
        'consent',
        'enter-zip',
        'goodbye',
        'greeting',
        'invalid',
        'menu',
        'no-route',
        'voicemail',
        'whisper',
      ].map((name) => `prm_default-${name}`),
    );
    for (const { id, durationMs, builtIn } of data) {
      const path = files.pathOf(id);
      expect([id, builtIn, isAbsolute(path), existsSync(path)]).toEqual([id, true, true, true]);
      const wav = readFileSync(path);
      expect(await convertWav([wav])).toEqual({ wav, durationMs });
    }
  });

  it('are all that the folder holds, one for each line of its text', async () => {
    const { store, files } = setUp();
    const { data } = await store.prompts.list({ limit: 500, filters: {} });
    const folder = join(files.pathOf('prm_default-greeting' as PromptId), '..');
    const names = data.map(({ id }) => id.slice('prm_default-'.length));
    const spoken = readFileSync(join(folder, 'prompts.txt'), 'utf8').matchAll(/^([a-z-]+): ./gm);
    expect(Array.from(spoken, ([, name = '']) => name).toSorted()).toEqual(names);
    const wavs = readdirSync(folder).filter((name) => name.endsWith('.wav'));
    expect(wavs.toSorted()).toEqual(names.map((name) => `${name}.wav`));
  });
});

it.each(['', 'prm_', 'prm_../../etc/passwd', 'prm_default-../x', 'cmp_01', 'prm_01.wav', 'prm_01\0'])(
  '%j is no prompt, and has no path',
  (id) => {
    const { files, dataDir } = setUp();
    mkdirSync(join(dataDir, 'prompts'));
    expect(() => files.pathOf(id as PromptId)).toThrow(RangeError);
  },
);
