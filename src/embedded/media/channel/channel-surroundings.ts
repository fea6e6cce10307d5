import type { AudioAgreement } from '../audio-port.ts';
import type { Application, OpenSource } from './application.ts';
import type { EngineIdentity } from './engine-identity.ts';
import type { EventStream } from './engine-event.ts';
import type { HangupCause } from './hangup-cause.ts';

/** What channels share. */
export interface ChannelServices {
  readonly identity: EngineIdentity;
  readonly events: EventStream;
  readonly applications: ReadonlyMap<string, Application>;
  readonly openSource: OpenSource;
  /** Hears of a bug that cost one application or one playback; the call goes on. */
  readonly onBug: (error: Error) => void;
}

/** The signalling of a channel's call. */
export interface ChannelLeg {
  /** Ends the call towards the peer. Called once at most, and never for a peer that has ended it itself. */
  hangUp(cause: HangupCause): void;
}

/** What both sides' session descriptions have come to. */
export interface AgreedSession {
  readonly agreement: AudioAgreement;
  /** The peer does not want to hear us: it has put the call on hold. */
  readonly isHeld: boolean;
}

/** A bridge, as one of its two channels sees it. */
export interface BridgeEnd {
  /** The other channel. */
  readonly partnerUuid: string;
  /** This channel has been put on hold, or taken back. */
  onHoldChanged(): void;
  /** Digits of this channel that came another way than by RTP, which the bridge relays as it is. */
  onPressed(digits: string): void;
  /** This channel has hung up. */
  onHangup(cause: HangupCause): void;
}
