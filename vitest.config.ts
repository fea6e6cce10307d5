import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * From sources, each thread and each process of the product strips types and compiles anew. Here Node keeps what comes of
 * it, and starts them in half the time from the second on.
 */
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile-cache');

/**
 * Types are stripped with WebAssembly. Where thread after thread does so, before anything is kept, V8 13.6 can abort as it
 * replaces a wrapper (`ThreadIsolation::UnregisterWasmAllocation`); so wrappers are not replaced in tests. Production runs
 * compiled JavaScript and strips nothing.
 */
const KEEP_WASM_WRAPPERS = ['--wasm-wrapper-tiering-budget=1000000000', '--no-wasm-code-gc'];

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // On a busy machine a second passes before a thread has started.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    // No test leaves anything behind for the next, so files share the modules they import.
    isolate: false,
    execArgv: KEEP_WASM_WRAPPERS,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/**/*.test.ts', 'src/geo/generated/**'] },
  },
});
