import { defineConfig } from 'vitest/config';

/**
 * From sources, each thread of the embedded engine strips types with WebAssembly. Where thread after thread does so, V8
 * 13.6 can abort as it replaces a wrapper (`ThreadIsolation::UnregisterWasmAllocation`); so wrappers are not replaced in
 * tests. Production runs compiled JavaScript and strips nothing.
 */
const KEEP_WASM_WRAPPERS = ['--wasm-wrapper-tiering-budget=1000000000', '--no-wasm-code-gc'];

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    maxWorkers: 2,
    execArgv: KEEP_WASM_WRAPPERS,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/**/*.test.ts', 'src/geo/generated/**'] },
  },
});
