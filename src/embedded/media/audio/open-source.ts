import { resolve } from 'node:path';
import type { AudioSource } from '../audio-port.ts';
import { openEndless } from './endless-source.ts';
import { holdMusic } from './hold-music.ts';
import { SilenceSource } from './silence-source.ts';
import { SourceList } from './source-list.ts';
import { toneStream, ToneScriptError } from './tone-stream.ts';
import { openWav } from './wav-source.ts';
import { WavError } from './wav-format.ts';

/** What can't be played: the name as asked for, why, and what can be asked for instead. The cause is a system error's. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** How a source is opened. */
export interface SourceOptions {
  /** Where file names that don't begin at the root are looked for. */
  readonly folder: string;
  /** Hears of a file that breaks off while it plays, which is then its end. */
  readonly onTrouble: (error: Error) => void;
  /** Whether it is played over and over. */
  readonly endless?: boolean;
}

/**
 * Opens what FreeSWITCH's `playback` would be given: the name of a WAV file (`name@@800` begins 800 samples
 * of 8 kHz in), `silence_stream://<ms>` (-1 never ends),
 * `tone_stream://<script>`, `local_stream://<any>` (hold music), or `file_string://` and several of these with `!`
 * between them. What was opened must be played or closed.
 * @throws {SourceError} (as a rejection) for what can't be played; nothing is left open then.
 */
export async function openSource(name: string, options: SourceOptions): Promise<AudioSource> {
  const { endless = false, onTrouble } = options;
  return endless ? await openEndless(() => openOnce(name, options), onTrouble) : await openOnce(name, options);
}

async function openOnce(name: string, options: SourceOptions): Promise<AudioSource> {
  const [, scheme, rest = ''] = /^([a-z_]+):\/\/(.*)$/s.exec(name) ?? [];
  switch (scheme) {
    case undefined:
      return await openFile(name, options);
    case 'silence_stream':
      return new SilenceSource(silenceMs(rest, name));
    case 'tone_stream':
      return openTone(rest, name);
    case 'local_stream':
      return holdMusic();
    case 'file_string':
      return await openList(rest.split('!'), options);
    default:
      throw new SourceError(`can't play ${name}: use a WAV file, silence_stream://, tone_stream:// or local_stream://`);
  }
}

async function openFile(name: string, { folder, onTrouble }: SourceOptions): Promise<AudioSource> {
  const named = (error: Error): Error => new SourceError(`can't play ${name}: ${error.message}`, { cause: error });
  if (name === '' || name.includes('\0')) throw new SourceError(`can't play ${JSON.stringify(name)}: it names no file`);
  const [, file = name, fromSample = '0'] = /^(.+)@@(\d{1,9})$/s.exec(name) ?? [];
  try {
    return await openWav(resolve(folder, file), Number(fromSample), (error) => onTrouble(named(error)));
  } catch (error) {
    if (error instanceof WavError || (error instanceof Error && 'code' in error)) throw named(error);
    throw error;
  }
}

/** Opens all before the first is played, so that an error comes at once; what was opened till then is closed. */
async function openList(names: readonly string[], options: SourceOptions): Promise<AudioSource> {
  const opened: AudioSource[] = [];
  try {
    for (const name of names) opened.push(await openOnce(name, options));
  } catch (error) {
    for (const source of opened) source.close?.();
    throw error;
  }
  return new SourceList(opened);
}

/** The length asked for; a second number, FreeSWITCH's noise, is passed over: silence is silent here. */
function silenceMs(text: string, name: string): number {
  const [, ms] = /^(-1|\d{1,9})(?:,\d+)?$/.exec(text) ?? [];
  if (ms === undefined) throw new SourceError(`can't play ${name}: write its length in ms, e.g. silence_stream://500`);
  return ms === '-1' ? Infinity : Number(ms);
}

function openTone(script: string, name: string): AudioSource {
  try {
    return toneStream(script);
  } catch (error) {
    if (error instanceof ToneScriptError)
      throw new SourceError(`can't play ${name}: ${error.message}`, { cause: error });
    throw error;
  }
}
