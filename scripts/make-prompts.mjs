/** Speaks assets/prompts/prompts.txt into assets/prompts/*.wav, with espeak-ng. assets/prompts/README.md says when. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { convertWav } from '../src/prompts/convert-wav.ts';

/** American English, a little slower than it would speak: the line is narrow. */
const VOICE = ['-v', 'en-us', '-s', '150'];

const folder = new URL('../assets/prompts/', import.meta.url);
const spoken = join(mkdtempSync(join(tmpdir(), 'prompts-')), 'spoken.wav');
for (const line of readFileSync(new URL('prompts.txt', folder), 'utf8').split('\n')) {
  const [, name, text] = /^([a-z-]+): (.+)$/.exec(line) ?? [];
  if (name === undefined || text === undefined) continue;
  const { status, error } = spawnSync('espeak-ng', [...VOICE, '-w', spoken, text], { stdio: 'inherit' });
  if (status !== 0) throw new Error('espeak-ng is needed: apt-get install espeak-ng', { cause: error });
  const { wav, durationMs } = await convertWav([readFileSync(spoken)]);
  writeFileSync(new URL(`${name}.wav`, folder), wav);
  console.log(`assets/prompts/${name}.wav: ${durationMs} ms`);
}
rmSync(join(spoken, '..'), { recursive: true });
