import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';

import { ADMIN_KEY } from '../test/support/rest-client.ts';

/** What a reader is asked: paths to read in turns, so many reads at so many a second, of the API at `host:port`. */
export interface ReadingTask {
  readonly http: string;
  readonly paths: readonly string[];
  readonly count: number;
  readonly perSecond: number;
}

/** What it answers: how long each read took in milliseconds, or what went wrong with one. */
export type ReadingResult = { readonly tookMs: readonly number[] } | { readonly fault: string };

const agent = new Agent({ keepAlive: true });

/** A program of its own, so that what reading costs the reader delays nobody's clock: `api-readers.ts` starts it. */
process.on('message', (task: ReadingTask) => {
  readAtRate(task).then(
    (tookMs) => answer({ tookMs }),
    (error: unknown) => answer({ fault: String(error) }),
  );
});
// It ends with who started it, however that one ended.
process.once('disconnect', () => process.exit());

function answer(result: ReadingResult): void {
  process.send?.(result);
}

/** One read each `1 / perSecond` seconds, whatever became of those before. */
async function readAtRate({ http, paths, count, perSecond }: ReadingTask): Promise<number[]> {
  const start = performance.now();
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, start + (n * 1_000) / perSecond - performance.now()));
      });
      const begin = performance.now();
      await readWhole(`http://${http}${paths[n % paths.length]}`);
      return performance.now() - begin;
    }),
  );
}

async function readWhole(url: string): Promise<void> {
  const request = get(url, { agent, headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`GET ${url} → ${response.statusCode}`);
}
