import type { AudioSource } from '../../audio-port.ts';
import type { ApplicationCall } from '../application.ts';
import type { Played } from '../speaker.ts';

const SAMPLES_PER_MS = 8;

/** How a file is to be played. */
export interface PlayOptions {
  /** Over and over. */
  readonly endless?: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Plays one file, tone or silence and tells its beginning and end; `name@@800` begins 800 samples in. Null where there is
 * nothing of that name that can be played.
 */
export async function playFile(
  { channel }: ApplicationCall,
  name: string,
  { endless = false, signal }: PlayOptions,
): Promise<Played | null> {
  let source: AudioSource;
  try {
    source = await channel.openSource(name, endless);
  } catch (error) {
    channel.setVariable('playback_error', (error as Error).message);
    return null;
  }
  const [, begunAt = '0'] = /@@(\d+)$/.exec(name) ?? [];
  const headers = { ...typeOf(name), 'Playback-File-Path': name };
  channel.publish('PLAYBACK_START', headers);
  const played = await channel.speaker.play(source, signal);
  const ms = Math.round(played.playedMs);
  channel.setVariable('playback_last_offset_pos', String(Number(begunAt) + ms * SAMPLES_PER_MS));
  channel.setVariable('playback_seconds', String(Math.floor(ms / 1000)));
  channel.setVariable('playback_ms', String(ms));
  channel.setVariable('playback_samples', String(ms * SAMPLES_PER_MS));
  channel.publish('PLAYBACK_STOP', { ...headers, 'Playback-Status': played.end === 'finished' ? 'done' : 'break' });
  return played;
}

/** FreeSWITCH names the type of what isn't a file. */
function typeOf(name: string): Record<string, string> {
  const [, scheme] = /^(tone_stream|local_stream):\/\//.exec(name) ?? [];
  return scheme === undefined ? {} : { 'Playback-File-Type': scheme };
}
