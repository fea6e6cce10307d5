/** G.711 as its static RTP payload type (RFC 3551 §6): 0 is µ-law, 8 is A-law. */
export type G711 = 0 | 8;

/** What a channel's SDP agreed on: where its audio goes and how it is coded. */
export interface AudioAgreement {
  /** Only packets from here are listened to, once the peer has shown its real address (symmetric RTP, RFC 4961). */
  readonly remote: { readonly address: string; readonly port: number };
  readonly codec: G711;
  /** Payload type of telephone-event (RFC 4733); null where the peer takes none. */
  readonly telephoneEvent: number | null;
  /** As seen from us: `sendonly` is a peer that is on hold. */
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Milliseconds of audio a packet of ours carries. */
  readonly packetMs: 10 | 20 | 30 | 40 | 60;
}

/** Audio to be played: 8 kHz mono, signed 16 bit. Whoever plays it closes it. */
export interface AudioSource {
  /**
   * The next frame, as long as asked for; only the last may be shorter. Null at the end. Never throws. A frame is the
   * source's own memory: it holds until the next `read`.
   */
  read(samples: number): Int16Array | null;
  /** Gives back what the source holds (a file). Idempotent; a source that holds nothing has none. */
  close?(): void;
}

/** How a playback came to its end. */
export type PlaybackEnd = 'finished' | 'stopped' | 'closed';

/** One playback to a port's peer. */
export interface Playback {
  readonly ended: Promise<PlaybackEnd>;
  /** Milliseconds played so far. */
  readonly playedMs: number;
  stop(): void;
}

/** How long a recording's peer may be silent before the recording ends by itself. */
export interface SilenceLimit {
  /** Mean loudness of a packet's samples, of 32 768, from which it counts as sound. */
  readonly quieterThan: number;
  readonly forMs: number;
}

/** How a recording came to its end, and its length. `failed` is a disk that took no more; the file plays up to there. */
export interface RecordingEnd {
  readonly cause: 'stopped' | 'limit' | 'silence' | 'closed' | 'failed';
  readonly recordedMs: number;
  /** Why it failed; null otherwise. */
  readonly error: Error | null;
}

/** A recording that grows on disk while it runs: a file that was cut off by a crash plays up to there. */
export interface Recording {
  /** Milliseconds recorded so far. */
  readonly recordedMs: number;
  /** Silence is written instead of both sides until `unmask`. */
  mask(): void;
  unmask(): void;
  /** Completes the file; resolves with its length in milliseconds. Idempotent; never rejects. */
  stop(): Promise<number>;
  /** Resolves once the file is complete and closed, whatever ended it; never rejects. */
  readonly ended: Promise<RecordingEnd>;
}

/** What has gone through a port, in packets; for reports and tests. */
export interface AudioCounts {
  readonly received: number;
  readonly sent: number;
  /** From another address than the peer's, of a payload type not agreed on, or no RTP: not listened to. */
  readonly refused: number;
}

/** One RTP port pair of a channel: its peer's audio in and out. Nothing here throws once the port is open. */
export interface AudioPort {
  /** UDP port its RTP arrives at; even, and the next one is kept for RTCP (RFC 3550 §11). */
  readonly localPort: number;
  readonly counts: AudioCounts;
  /** Takes up what was agreed, at first and again after each re-INVITE. */
  agree(agreement: AudioAgreement): void;
  /**
   * Plays to the peer, paced by one clock of 20 ms; a playback that is running is stopped. The source is closed at the
   * end, at once where the port is closed already.
   */
  play(source: AudioSource): Playback;
  /**
   * Sends digits (0-9 * # A-D; `w` waits half a second, `W` a second) as telephone-events, or as tones where the peer
   * takes none; resolves when the last is out or the port closed. `durationMs` is kept within 40 and 8000. Rejects with
   * a RangeError, and sends nothing, where a character is no digit.
   */
  sendDigits(digits: string, durationMs: number): Promise<void>;
  /** Hears of each digit once, at its end; `durationMs` as its sender says. */
  onDigit(listener: (digit: string, durationMs: number) => void): void;
  /** Hears once that nothing has arrived for so long while something should; again after `watch` is called anew. */
  watch(silentMs: number, listener: () => void): void;
  /**
   * Relays each packet to the other port the moment it arrives: sequence, timestamps and marker as its sender made them,
   * digits too; translated only where the two legs' codecs differ. Both ways. What is played is heard instead meanwhile.
   */
  bridge(other: AudioPort): void;
  /** Ends the bridge for both. */
  unbridge(): void;
  /** Stereo 16 bit WAV: left what the peer says, right what it hears. Mono where `stereo` is false: the peer alone. */
  record(
    file: string,
    options: { readonly stereo: boolean; readonly limitMs: number | null; readonly silence?: SilenceLimit | undefined },
  ): Recording;
  /** Ends everything on it and gives its ports back. Idempotent. */
  close(): void;
}
