import type { AttemptId, CallId } from '../../domain/ids.ts';

/** One leg's end at the media server: the caller's, or that of a destination's attempt. */
export type MediaSide = 'caller' | AttemptId;

/** Something to be heard. */
export type Sound =
  /** A WAV file, by its absolute path on this machine. */
  | { readonly kind: 'file'; readonly path: string }
  /** The ringing that callers know, until it is stopped. */
  | { readonly kind: 'ringback' }
  /** A file over and over, until it is stopped. */
  | { readonly kind: 'loop'; readonly path: string }
  /** A short tone: the one after which a message is spoken. */
  | { readonly kind: 'beep' };

/** What is asked for in keys. */
export interface Question {
  readonly sound: Sound;
  /**
   * As many as this end the question at once; `#` ends it earlier and is not among them. Where one is asked for, `#` is a
   * key like any other.
   */
  readonly maxDigits: number;
  /** Silence after the prompt, or after the last digit, that ends the question. */
  readonly timeoutMs: number;
}

/** What a call's media reports by itself. */
export type MediaEvent =
  /** The server is gone, or the link to it: nothing of this call's media is left. */
  | { readonly type: 'lost'; readonly cause: string }
  /** Nothing has been heard of one side for as long as a silence may be; `silentMs` is how long. */
  | { readonly type: 'silent'; readonly side: MediaSide; readonly silentMs: number };

/**
 * One call's media, all of it on one media server: the caller's endpoint and one for each destination being tried.
 * Every method answers within its time limit, or rejects with AppError `media-failed`; after `close` they reject at once.
 */
export interface CallMedia {
  /** The server's name, for logs. */
  readonly server: string;
  /** What the caller is answered with; where the caller made no offer, what it is offered. The same all through the call. */
  readonly callerSdp: string;
  /** An endpoint for a destination; resolves with the SDP to offer it. */
  openBuyer(attemptId: AttemptId): Promise<string>;
  /**
   * Takes up what the other side now says in SDP: an answer, or a new offer. Resolves with ours in return. `early` is a
   * destination's answer before it has answered the call: until it has, its silence means nothing. Rejects with
   * `media-refused` where there is no audio in it that can be spoken; what was agreed before still holds then.
   */
  negotiate(side: MediaSide, sdp: string, stage?: 'early'): Promise<string>;
  /** Plays to one side alone; resolves when it has been heard to its end, or was stopped. What plays there already stops. */
  play(side: MediaSide, sound: Sound): Promise<'finished' | 'stopped'>;
  /** Plays and listens for keys, which cut the prompt short; resolves with the digits, '' for none. */
  ask(side: MediaSide, question: Question): Promise<string>;
  /** Stops what plays to one side; a question ends with the digits it has. */
  stop(side: MediaSide): void;
  /** Keys pressed that came another way than by RTP (SIP INFO). */
  pressed(side: MediaSide, digits: string): void;
  /** From here caller and destination hear each other, whatever either is held for; what played to them stops. */
  bridge(attemptId: AttemptId): Promise<void>;
  /** Writes both sides to a stereo WAV, the caller left, the destination right. */
  startRecording(path: string): Promise<void>;
  /** While paused, silence is recorded. */
  pauseRecording(): Promise<void>;
  resumeRecording(): Promise<void>;
  /** Completes the file. */
  stopRecording(): Promise<void>;
  /**
   * Writes the caller alone to a mono WAV, until `#`, `silenceMs` of silence or `maxMs`, or until the call ends; resolves
   * then.
   */
  takeMessage(path: string, limits: { readonly maxMs: number; readonly silenceMs: number }): Promise<void>;
  /** Gives a destination's endpoint back. Idempotent. */
  closeBuyer(attemptId: AttemptId): void;
  /** Gives everything back; files being written are complete once it resolves. Idempotent, never rejects. */
  close(): Promise<void>;
}

/** The media servers there are. */
export interface MediaServers {
  /** Whether a call could be given media now. */
  readonly isUp: boolean;
  /**
   * Media for one call, on the least loaded server that can: its `offer` is answered, or one is made where it is null.
   * Tries the others where one fails. Rejects with AppError `media-unavailable` where none can, or `media-refused` (488)
   * where the offer has nothing that a server can speak.
   */
  open(
    call: { readonly callId: CallId; readonly offer: string | null; readonly avoid?: readonly string[] },
    report: (event: MediaEvent) => void,
  ): Promise<CallMedia>;
}
