import { workerData } from 'node:worker_threads';
import type { MediaReady, MediaWorkerOptions } from './engine-messages.ts';
import { MediaEngine, type MediaCounts } from './media/media-engine.ts';
import { serveThread } from './serve-thread.ts';

/** The thread the media engine runs in: a clock of 20 ms runs in it, which nothing else may hold up. */
const options = workerData as MediaWorkerOptions;

await serveThread<MediaCounts>(
  async (reports) => {
    const engine = await MediaEngine.start({ ...options, ...reports });
    return { engine, ready: { eventSocketPort: engine.eventSocketPort } satisfies MediaReady };
  },
  (error) => {
    if (!(error instanceof Error)) return undefined;
    // Its other sockets take whatever port is free on loopback: what can be refused is where audio is to go.
    const { rtpHost: host, rtpPorts } = options;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'EINVAL';
    return { kind: 'refused', message: error.message, code, host, port: rtpPorts.min, transport: 'udp' };
  },
);
