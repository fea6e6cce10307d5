/** Writes src/geo/generated/ from the data packages and src/geo/tables/. src/geo/README.md says when. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { makeModules } from './geo/make-modules.ts';

const folder = new URL('../src/geo/generated/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of makeModules()) {
  writeFileSync(new URL(name, folder), text);
  console.log(`src/geo/generated/${name}: ${Buffer.byteLength(text)} bytes`);
}
