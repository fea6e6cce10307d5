import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { ReadingResult, ReadingTask } from './api-reader.ts';

/** Clients of the API in a process of their own. */
export class ApiReaders {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(new URL('api-reader.ts', import.meta.url));
  }

  /** Resolves with how long each read took, in milliseconds. Rejects where one was not answered 200. */
  async read(task: ReadingTask): Promise<readonly number[]> {
    const answered = once(this.#child, 'message') as Promise<[ReadingResult]>;
    this.#child.send(task);
    const [result] = await Promise.race([answered, this.#ended()]);
    if ('fault' in result) throw new Error(result.fault);
    return result.tookMs;
  }

  close(): void {
    this.#child.disconnect();
  }

  async #ended(): Promise<never> {
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
    throw new Error(`the readers ended with ${code ?? signal}`);
  }
}
