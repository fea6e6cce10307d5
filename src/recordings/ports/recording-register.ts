import type { CallId, RecordingId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';

/** A recording that is complete. */
export interface RegisteredRecording {
  readonly id: RecordingId;
  readonly callId: CallId;
  /** Below the data folder, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly durationMs: number;
  /** Null while its file is there. */
  readonly deletedAt: EpochMs | null;
}

/** What is known of recordings. */
export interface RecordingRegister {
  /** Says that a recording is complete; again is no harm. False where its caller was erased: it is not kept then. */
  keep(recording: Omit<RegisteredRecording, 'deletedAt'>): Promise<boolean>;
  /** Undefined for a call that has none, or whose is not complete yet. */
  find(callId: CallId): RegisteredRecording | undefined;
  /** Says that its file is to go; resolves with it, or with undefined where there was none left to delete. */
  remove(callId: CallId): Promise<RegisteredRecording | undefined>;
  /** Recordings kept for longer than their campaigns say, the oldest first, at most so many. */
  expired(limit: number): readonly RegisteredRecording[];
  /** Whether the settled record of the call names this recording; undefined while the call is open or unknown. */
  isNamed(callId: CallId, id: RecordingId): boolean | undefined;
}
