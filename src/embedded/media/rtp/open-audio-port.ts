import type { AudioPort } from '../audio-port.ts';
import { machineClock, type MediaClock } from '../media-clock.ts';
import type { Pacer } from './pacer.ts';
import type { PortRange } from './port-range.ts';
import { RtpAudioPort } from './rtp-audio-port.ts';

/** What a port is opened with; range and pacer are the engine's, shared by all its ports. */
export interface AudioPortOptions {
  readonly range: PortRange;
  readonly pacer: Pacer;
  /** Hears of errors of the sockets, which no call needs to end for. */
  readonly onTrouble: (error: Error) => void;
  /** The clock the pacer runs by. */
  readonly clock?: MediaClock;
}

/**
 * Opens an audio port on two UDP ports of the range. Closing it gives them back.
 * @throws {NoRtpPortError} (as a rejection) when there is none.
 */
export async function openAudioPort({
  range,
  pacer,
  onTrouble,
  clock = machineClock,
}: AudioPortOptions): Promise<AudioPort> {
  return new RtpAudioPort({ pair: await range.open(), pacer, clock, onTrouble });
}
