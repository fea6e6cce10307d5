import { expect, it, onTestFinished } from 'vitest';
import { TollgateProcess } from '../support/tollgate-process.ts';

/** Ends the engine's thread at SIGUSR2, as a fault within it that nothing can catch would. */
const ENDS_THREAD_AT_SIGNAL = `
  import threads from 'node:worker_threads';
  import { syncBuiltinESMExports } from 'node:module';
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      process.once('SIGUSR2', () => this.terminate());
    }
  };
  syncBuiltinESMExports();`;

it('ends with the embedded engine, and says so, so that a supervisor starts it anew', async () => {
  const preload = `data:text/javascript,${encodeURIComponent(ENDS_THREAD_AT_SIGNAL)}`;
  const tollgate = await TollgateProcess.start({ nodeArgs: ['--import', preload] });
  onTestFinished(() => tollgate.stop());
  const { exitCode, stderr } = await tollgate.process.kill('SIGUSR2');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the embedded engine ended');
});
