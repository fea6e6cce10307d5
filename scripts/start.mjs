// What `npm start` runs: builds where something changed, then is the product itself. One process from the first to the
// last, so that a signal to it reaches the product.
await import('./build.mjs');
await import('../dist/main.js');
