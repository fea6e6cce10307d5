// Makes dist/ for production: src/ compiled, and assets/. Does nothing where dist/ is newer than all it is made from.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const MARK = 'dist/.built';
const MADE_FROM = ['src', 'assets', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** When a file, or anything in a folder, last changed; removals change their folder. */
function changedAtMs(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => changedAtMs(join(path, name))));
}

if (!existsSync(MARK) || statSync(MARK).mtimeMs < Math.max(...MADE_FROM.map(changedAtMs))) {
  rmSync('dist', { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  cpSync('assets', 'dist/assets', { recursive: true });
  chmodSync('dist/cli/main.js', 0o755);
  writeFileSync(MARK, '');
}
