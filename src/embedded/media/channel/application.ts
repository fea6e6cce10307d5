import type { AudioPort, AudioSource } from '../audio-port.ts';
import type { ChannelVariables } from './channel-variables.ts';
import type { HangupCause } from './hangup-cause.ts';
import type { Keypad } from './keypad.ts';
import type { Recordings } from './recordings.ts';
import type { Speaker } from './speaker.ts';

/** Opens something to be played by the name FreeSWITCH would know it by; rejects with why it can't be. */
export type OpenSource = (name: string, endless: boolean) => Promise<AudioSource>;

/** The channel, as far as the applications on it need it. */
export interface ApplicationChannel {
  readonly variables: ChannelVariables;
  readonly port: AudioPort;
  readonly speaker: Speaker;
  readonly keypad: Keypad;
  readonly recordings: Recordings;
  readonly openSource: OpenSource;
  /** Sets a variable, with whatever that brings about; an empty value unsets it. */
  setVariable(name: string, value: string): void;
  /** Tells of something that happened on the channel, its variables included. */
  publish(eventName: string, headers: Readonly<Record<string, string>>): void;
  hangup(cause: HangupCause): void;
}

/** One run of an application. */
export interface ApplicationCall {
  readonly channel: ApplicationChannel;
  readonly argument: string;
  /** Aborted when the application is to end before its time: the call is over, or goes elsewhere. */
  readonly signal: AbortSignal;
  /** Does one step that `uuid_break` ends alone; the step's signal is aborted with the call's, too. */
  step<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

/**
 * What runs on a channel. Its answer is the `Application-Response` of its CHANNEL_EXECUTE_COMPLETE; one that is done at
 * once answers at once.
 */
export type Application = (call: ApplicationCall) => string | Promise<string>;

/** The response of an application that has nothing to say. */
export const NO_RESPONSE = '_none_';
