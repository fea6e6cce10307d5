import type { CallId, RecordingId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';

/** A recording that has been begun: its id, and the absolute path of the file a media server is to write. */
export interface BegunRecording {
  readonly recordingId: RecordingId;
  readonly path: string;
}

/** Where recordings are kept. */
export interface Recordings {
  /** Makes room for a call's recording, its folder included. Rejects where there is none. */
  begin(callId: CallId, at: EpochMs): Promise<BegunRecording>;
  /** The file is complete; its call is settled, and names it. */
  finish(callId: CallId, recording: BegunRecording): Promise<void>;
  /** Nothing refers to it: whatever there is of it goes. */
  discard(recording: BegunRecording): Promise<void>;
}
