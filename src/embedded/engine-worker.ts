import { workerData } from 'node:worker_threads';
import type { SipReady, WorkerOptions } from './engine-messages.ts';
import { serveThread } from './serve-thread.ts';
import { SipEngine, type SipCounts } from './sip/sip-engine.ts';
import { BindError } from './sip/transport/transport.ts';

/** The thread the SIP engine runs in. */
const { host, port, ...options } = workerData as WorkerOptions;

await serveThread<SipCounts>(
  async ({ onTrouble, onFault }) => {
    const engine = await SipEngine.start({ sip: { host, port }, ...options, onTrouble, onFault });
    const { adminPort, secret, sip } = engine;
    return { engine, ready: { adminPort, secret, sipPort: sip.port } satisfies SipReady };
  },
  (error) => {
    if (!(error instanceof BindError)) return undefined;
    const { message, code, address, transport } = error;
    return { kind: 'refused', message, code, ...address, transport };
  },
);
