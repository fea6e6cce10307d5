import type { AudioPort } from '../audio-port.ts';
import type { ApplicationChannel, OpenSource } from './application.ts';
import { ApplicationRunner, type ExecuteRequest } from './application-runner.ts';
import {
  CALL_STATE_NUMBERS,
  channelHeaders,
  type CallState,
  type ChannelFacts,
  type ChannelState,
  type ChannelTimes,
} from './channel-facts.ts';
import type { AgreedSession, BridgeEnd, ChannelLeg, ChannelServices } from './channel-surroundings.ts';
import { ChannelVariables } from './channel-variables.ts';
import type { HangupCause } from './hangup-cause.ts';
import { Keypad } from './keypad.ts';
import { Recordings } from './recordings.ts';
import { SilenceLimit } from './silence-limit.ts';
import { Speaker } from './speaker.ts';

/** Where a channel is in its life; every channel begins answered. */
type Life =
  | { readonly name: 'up'; readonly call: 'ACTIVE' | 'HELD' }
  | { readonly name: 'hung-up'; readonly cause: HangupCause; readonly atMs: number };

/** How long a digit counts as held where it came by no wire: FreeSWITCH's 2000 samples. */
const APPLICATION_DIGIT_SAMPLES = 2000;
const SAMPLES_PER_MS = 8;

/** One call at the media engine. */
export class Channel implements ApplicationChannel {
  readonly facts: ChannelFacts;
  readonly port: AudioPort;
  readonly variables = new ChannelVariables();
  readonly keypad = new Keypad();
  readonly speaker: Speaker;
  readonly recordings: Recordings;
  /** Resolves once everything on it has ended and been told: the files it recorded are complete. */
  readonly ended: Promise<void>;
  /** Undefined while it is alone. */
  bridge: BridgeEnd | undefined;
  readonly #services: ChannelServices;
  readonly #leg: ChannelLeg;
  readonly #runner: ApplicationRunner;
  readonly #silence: SilenceLimit;
  readonly #createdMs = Date.now();
  readonly #end = Promise.withResolvers<void>();
  #life: Life = { name: 'up', call: 'ACTIVE' };

  constructor(facts: ChannelFacts, port: AudioPort, leg: ChannelLeg, services: ChannelServices) {
    this.facts = facts;
    this.port = port;
    this.#leg = leg;
    this.#services = services;
    this.ended = this.#end.promise;
    this.speaker = new Speaker(port);
    this.recordings = new Recordings(this);
    this.#runner = new ApplicationRunner(this, services.applications, services.onBug);
    this.#silence = new SilenceLimit(port, this.variables, () => this.hangup('MEDIA_TIMEOUT'));
    port.onDigit((digit, durationMs) => this.#hear(digit, Math.round(durationMs * SAMPLES_PER_MS), 'RTP'));
  }

  get uuid(): string {
    return this.facts.uuid;
  }

  get isUp(): boolean {
    return this.#life.name === 'up';
  }

  /** Whether its peer has put the call on hold. */
  get isHeld(): boolean {
    return this.#life.name === 'up' && this.#life.call === 'HELD';
  }

  get times(): ChannelTimes {
    return {
      createdMs: this.#createdMs,
      answeredMs: this.#createdMs,
      hangupMs: this.#life.name === 'hung-up' ? this.#life.atMs : 0,
    };
  }

  /** Why it ended; undefined while it is up. */
  get hangupCause(): HangupCause | undefined {
    return this.#life.name === 'hung-up' ? this.#life.cause : undefined;
  }

  get partnerUuid(): string | undefined {
    return this.bridge?.partnerUuid;
  }

  get callState(): CallState {
    return this.#life.name === 'up' ? this.#life.call : 'HANGUP';
  }

  get state(): ChannelState {
    if (this.#life.name === 'hung-up') return 'CS_HANGUP';
    return this.bridge === undefined ? 'CS_EXECUTE' : 'CS_EXCHANGE_MEDIA';
  }

  /** What runs on it just now. */
  get application(): ExecuteRequest | undefined {
    return this.#runner.current;
  }

  readonly openSource: OpenSource = (name, endless) => this.#services.openSource(name, endless);

  /** The call is answered: tells so. */
  answered(): void {
    this.publish('CHANNEL_ANSWER', {});
    this.#publishCallState('RINGING', 'ACTIVE');
  }

  /** Takes up what was agreed on, at first or anew. */
  agreed({ agreement, isHeld }: AgreedSession): void {
    if (this.#life.name === 'hung-up') return;
    this.port.agree(agreement);
    this.#silence.refresh();
    if (isHeld === this.isHeld) return;
    this.#life = { name: 'up', call: isHeld ? 'HELD' : 'ACTIVE' };
    if (isHeld) {
      this.#publishCallState('ACTIVE', 'HELD');
      this.publish('CHANNEL_HOLD', {});
    } else {
      this.#publishCallState('HELD', 'UNHELD');
      this.publish('CHANNEL_UNHOLD', {});
      this.#publishCallState('UNHELD', 'ACTIVE');
    }
    this.bridge?.onHoldChanged();
  }

  setVariable(name: string, value: string): void {
    this.variables.set(name, value);
    if (SilenceLimit.isSetBy(name)) this.#silence.refresh();
    if (name === 'hold_music') this.bridge?.onHoldChanged();
  }

  /** Runs an application; answers why not, where it doesn't. */
  execute(request: ExecuteRequest): string | undefined {
    return this.#runner.execute(request);
  }

  /** Ends what the last application does just now: what is played, mostly. */
  break(): void {
    this.#runner.break();
  }

  /** Ends what every application does, and runs none that waits. */
  breakAll(): Promise<void> {
    return this.#runner.breakAll();
  }

  /** Ends the applications that run; others may follow. */
  interrupt(): void {
    this.#runner.interrupt();
  }

  /** Digits that came another way than by RTP. */
  press(digits: string): void {
    for (const digit of digits) this.#hear(digit, APPLICATION_DIGIT_SAMPLES, 'APP');
    this.bridge?.onPressed(digits);
  }

  hangup(cause: HangupCause): void {
    if (!this.isUp) return;
    this.#leg.hangUp(cause);
    this.#finish(cause);
  }

  /** The peer has ended the call. */
  peerHungUp(cause: HangupCause): void {
    if (this.isUp) this.#finish(cause);
  }

  /** Sets the variables that tell how much has gone through its port. */
  setMediaStatistics(): void {
    const { received, sent, refused } = this.port.counts;
    this.variables.set('rtp_audio_in_packet_count', String(received));
    this.variables.set('rtp_audio_out_packet_count', String(sent));
    this.variables.set('rtp_audio_in_skip_packet_count', String(refused));
  }

  publish(eventName: string, headers: Readonly<Record<string, string>>): void {
    const all = this.describe(eventName);
    if (!BRIEF_EVENTS.has(eventName)) for (const [name, value] of this.variables) all.set(`variable_${name}`, value);
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    this.#services.events.publish({ name: eventName, headers: all });
  }

  /** What an event says of the channel, but for its variables. */
  describe(eventName: string): Map<string, string> {
    const headers = this.#services.identity.headers(eventName);
    for (const [name, value] of channelHeaders(this, eventName)) headers.set(name, value);
    return headers;
  }

  #hear(digit: string, samples: number, source: 'RTP' | 'APP'): void {
    if (!this.isUp) return;
    this.publish('DTMF', { 'DTMF-Digit': digit, 'DTMF-Duration': String(samples), 'DTMF-Source': source });
    this.keypad.press(digit);
  }

  #publishCallState(from: CallState, to: CallState): void {
    this.publish('CHANNEL_CALLSTATE', {
      'Original-Channel-Call-State': from,
      'Channel-Call-State': to,
      'Channel-Call-State-Number': String(CALL_STATE_NUMBERS[to]),
    });
  }

  #finish(cause: HangupCause): void {
    const before = this.callState;
    this.#life = { name: 'hung-up', cause, atMs: Date.now() };
    this.setMediaStatistics();
    this.variables.set('hangup_cause', cause);
    this.bridge?.onHangup(cause);
    this.publish('CHANNEL_HANGUP', {});
    this.#publishCallState(before, 'HANGUP');
    this.port.close();
    this.speaker.close();
    void this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#runner.end();
    await this.recordings.close();
    this.publish('CHANNEL_HANGUP_COMPLETE', {});
    this.#end.resolve();
  }
}

/** Events that leave a channel's variables out, for they come often. */
const BRIEF_EVENTS: ReadonlySet<string> = new Set(['CHANNEL_CALLSTATE', 'DTMF']);
