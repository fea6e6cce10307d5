import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { AppError } from '../domain/app-error.ts';
import type { PromptId } from '../domain/ids.ts';
import type { PromptRegister, RegisteredPrompt } from './ports/prompt-register.ts';

const FOLDER = 'prompts';

/** What the ids of prompts that come with the product begin with: no id that is made has a small letter after its prefix. */
const BUILT_IN = /^prm_default-(?<name>[a-z-]+)$/;
const UPLOADED = /^prm_[0-9A-Z]+$/;

/** What is left of writing a file, and a file. */
const OURS = /^(?<id>prm_[0-9A-Z]+)\.wav(?<unfinished>\.part)?$/;

/**
 * Prompts as files: `prompts/prm_….wav` in the data folder, and those that come with the product in its own. A prompt's
 * file is there before it is registered and goes after, so that what is registered can be played.
 */
export class PromptFiles<Registered extends RegisteredPrompt = RegisteredPrompt> {
  readonly #folder: string;
  readonly #register: PromptRegister<Registered>;

  /** @param options.dataDir absolute */
  constructor({ dataDir, register }: { readonly dataDir: string; readonly register: PromptRegister<Registered> }) {
    this.#folder = join(dataDir, FOLDER);
    this.#register = register;
  }

  /**
   * Keeps a prompt. A crash leaves either nothing or all of it, or a file that the next `sweep` takes away.
   *
   * @throws AppError `store-unavailable` where the file can't be written
   */
  async add(prompt: { readonly name: string; readonly durationMs: number; readonly wav: Buffer }): Promise<Registered> {
    const { name, durationMs, wav } = prompt;
    const id = this.#register.newId();
    const path = this.pathOf(id);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeDurably(path, wav);
      await syncFolder(this.#folder);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError('store-unavailable', `The prompt can not be written: ${reason}`, { cause });
    }
    try {
      return await this.#register.keep({ id, name, durationMs });
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Removes a prompt and its file; rejects as the register does. */
  async remove(id: PromptId, expectedRevision?: number): Promise<void> {
    await this.#register.remove(id, expectedRevision);
    await rm(this.pathOf(id), { force: true });
  }

  /**
   * The absolute path of a prompt's WAV (8 kHz, mono, 16 bit); whether it is there is not asked.
   *
   * @throws RangeError for what is no prompt's id
   */
  pathOf(id: PromptId): string {
    const builtIn = BUILT_IN.exec(id)?.groups?.['name'];
    if (builtIn !== undefined) return join(builtInFolder(), `${builtIn}.wav`);
    if (UPLOADED.test(id)) return join(this.#folder, `${id}.wav`);
    throw new RangeError(`${JSON.stringify(id)} is no prompt's id`);
  }

  /** After a start: takes away files that a crash left without anyone who knows of them. Resolves with their names. */
  async sweep(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const leftovers = names.filter((name) => {
      const { id, unfinished } = OURS.exec(name)?.groups ?? {};
      return id !== undefined && (unfinished !== undefined || !this.#register.has(id as PromptId));
    });
    for (const name of leftovers) await rm(join(this.#folder, name), { force: true });
    return leftovers;
  }
}

/** Writes under a temporary name, and gives it the right one once it has reached the disk. */
async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.part`;
  try {
    await writeAndSync(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function writeAndSync(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name has reached the disk when its folder has. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Beside what is compiled, or, from sources, beside `src`. */
function builtInFolder(): string {
  const beside = ['../assets/prompts', '../../assets/prompts'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = beside.find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`The prompts that come with Tollgate are missing: ${beside.join(' or ')}`);
  return found;
}
