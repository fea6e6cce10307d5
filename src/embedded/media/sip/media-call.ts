import { randomInt, randomUUID } from 'node:crypto';
import type { AppResponse } from '../../sip/agent/app-message.ts';
import { contactUri } from '../../sip/dialog/dialog.ts';
import { getHeader } from '../../sip/message/header-fields.ts';
import type { SipRequest } from '../../sip/message/sip-message.ts';
import type { AudioPort } from '../audio-port.ts';
import type { Channel } from '../channel/channel.ts';
import type { Channels } from '../channel/channels.ts';
import { causeOfReason, type HangupCause } from '../channel/hangup-cause.ts';
import type { ApplicationAddress } from './application-address.ts';
import { factsOf, variablesOf, type CallOrigin } from './caller-facts.ts';
import { negotiateAudio, type NegotiatedAudio, type OwnAudio } from './negotiate-audio.ts';
import { CallRefusal, okay } from './refusal.ts';
import { readSessionDescription, type MediaDescription } from './session-description.ts';
import { firstVariables, sessionVariables } from './session-variables.ts';
import { writeAnswer, writeOffer, type SessionOrigin } from './write-session.ts';

/** What a call needs around it. */
export interface MediaCallServices {
  readonly channels: Channels;
  /** The SIP address of the engine, as `host:port`. */
  readonly sipAddress: string;
  /** Opens a port for audio. Rejects with why there is none. */
  openPort(): Promise<AudioPort>;
  /** The address peers are to send their audio to: the same for all, for whoever drives a call may hand it on. */
  audioAddress(): string;
  /** Connects to the application and lets it drive the channel. */
  connect(address: ApplicationAddress, channel: Channel): void;
}

/** A call's signalling, as the call uses it. */
export interface CallSignalling {
  /** Answers a request by its transaction; false where it is too late. */
  respond(transactionId: string, response: AppResponse): boolean;
  /** Ends the call with a BYE. */
  bye(cause: HangupCause): void;
}

/**
 * Where a call is.
 *
 * ```text
 *   opening ──offer answered──▶ up ──BYE, hangup──▶ over
 *      └──────our offer──▶ offering ──ACK──▶ up
 * ```
 */
type Life =
  | { readonly name: 'opening' }
  | { readonly name: 'offering'; readonly port: AudioPort; readonly own: OwnAudio; readonly localSdp: string }
  | { readonly name: 'up'; readonly channel: Channel; readonly own: OwnAudio; localSdp: string }
  | { readonly name: 'over' };

/** One call's negotiation and signalling; what is heard in it is its channel's. */
export class MediaCall {
  readonly #origin: CallOrigin;
  readonly #application: ApplicationAddress;
  readonly #signalling: CallSignalling;
  readonly #services: MediaCallServices;
  readonly #sessionId = randomInt(2 ** 40);
  #version = 0;
  #life: Life = { name: 'opening' };
  /** Until the ACK of our 200 a BYE has to wait (RFC 3261 §15). */
  #isAcknowledged = false;
  #byeAfterAck: HangupCause | undefined;
  /** An offer of ours that the next ACK answers. */
  #awaitsAnswer = false;

  constructor(
    origin: CallOrigin,
    application: ApplicationAddress,
    signalling: CallSignalling,
    services: MediaCallServices,
  ) {
    this.#origin = origin;
    this.#application = application;
    this.#signalling = signalling;
    this.#services = services;
  }

  /**
   * Opens a port and answers the INVITE.
   * @throws {CallRefusal} (as a rejection) where it can't be served.
   */
  async begin(transactionId: string): Promise<void> {
    if (contactUri(this.#origin.request) === undefined) throw new CallRefusal(400, 'an INVITE needs a Contact');
    const offered = readOffer(this.#origin.request);
    const address = this.#services.audioAddress();
    // What can't be agreed on is refused before anything is opened for it.
    if (offered !== undefined) negotiate(offered, { address, port: 0 });
    const port = await this.#openPort();
    if (this.#life.name === 'over') {
      port.close();
      return;
    }
    const own: OwnAudio = { address, port: port.localPort };
    const audio = offered === undefined ? undefined : negotiate(offered, own);
    const localSdp =
      offered === undefined || audio === undefined
        ? writeOffer(this.#nextOrigin(), own)
        : writeAnswer(this.#nextOrigin(), own, offered, audio);
    this.#awaitsAnswer = audio === undefined;
    this.#life = { name: 'offering', port, own, localSdp };
    if (!this.#signalling.respond(transactionId, okay(localSdp))) this.cancelled();
    else if (audio !== undefined) this.#goUp(port, own, audio, localSdp, bodyOf(this.#origin.request));
  }

  /** The ACK of a 200 of ours; after an offer of ours it brings the answer. */
  acknowledged(ack: SipRequest): void {
    const isFirst = !this.#isAcknowledged;
    this.#isAcknowledged = true;
    if (isFirst && this.#byeAfterAck !== undefined) {
      this.#signalling.bye(this.#byeAfterAck);
      return;
    }
    if (!this.#awaitsAnswer) return;
    this.#awaitsAnswer = false;
    try {
      this.#takeAnswer(ack);
    } catch (error) {
      if (!(error instanceof CallRefusal)) throw error;
      this.#giveUp('INCOMPATIBLE_DESTINATION');
    }
  }

  /** A re-INVITE, or an UPDATE: answers the offer in it, or makes one. Where nothing fits, all stays as it is. */
  renegotiate(request: SipRequest, transactionId: string): void {
    const life = this.#life;
    if (life.name !== 'up') throw new CallRefusal(500, 'the call is being set up');
    const offered = readOffer(request);
    if (offered === undefined) {
      if (request.method === 'INVITE') {
        this.#awaitsAnswer = true;
        life.localSdp = writeOffer(this.#nextOrigin(), life.own);
      }
      this.#signalling.respond(transactionId, okay(request.method === 'INVITE' ? life.localSdp : undefined));
      return;
    }
    const audio = negotiate(offered, life.own);
    life.localSdp = writeAnswer(this.#nextOrigin(), life.own, offered, audio);
    this.#agree(life.channel, life.own, audio, life.localSdp, bodyOf(request));
    this.#signalling.respond(transactionId, okay(life.localSdp));
  }

  /** The peer has ended the call, or is gone. */
  ended(bye: SipRequest): void {
    this.#end(causeOfReason(getHeader(bye, 'Reason')));
  }

  /** The caller has given up before the answer. */
  cancelled(): void {
    this.#end('ORIGINATOR_CANCEL');
  }

  async #openPort(): Promise<AudioPort> {
    try {
      return await this.#services.openPort();
    } catch (error) {
      throw new CallRefusal(503, (error as Error).message);
    }
  }

  #takeAnswer(ack: SipRequest): void {
    const answered = readOffer(ack);
    if (answered === undefined) throw new CallRefusal(488, 'the ACK brings no answer to our offer');
    const life = this.#life;
    if (life.name !== 'offering' && life.name !== 'up') return;
    const audio = negotiate(answered, life.own);
    if (life.name === 'up') this.#agree(life.channel, life.own, audio, life.localSdp, bodyOf(ack));
    else this.#goUp(life.port, life.own, audio, life.localSdp, bodyOf(ack));
  }

  #goUp(port: AudioPort, own: OwnAudio, audio: NegotiatedAudio, localSdp: string, remoteSdp: string): void {
    const facts = factsOf(randomUUID(), this.#origin);
    const channel = this.#services.channels.open(facts, port, { hangUp: (cause) => this.#hangUp(cause) });
    this.#life = { name: 'up', channel, own, localSdp };
    const { variables } = channel;
    for (const [name, value] of [
      ...firstVariables(facts.uuid, facts.name, this.#services.sipAddress),
      ...variablesOf(this.#origin),
    ]) {
      variables.set(name, value);
    }
    variables.set('socket_host', this.#application.host);
    // What begins inactive has not been put on hold: it waits to be told where its peer is.
    this.#agree(channel, own, { ...audio, isHeld: false }, localSdp, remoteSdp);
    channel.answered();
    this.#services.connect(this.#application, channel);
  }

  #agree(channel: Channel, own: OwnAudio, audio: NegotiatedAudio, localSdp: string, remoteSdp: string): void {
    for (const [name, value] of sessionVariables(own, audio, localSdp, remoteSdp)) channel.variables.set(name, value);
    channel.agreed(audio);
  }

  /** The channel has hung up. */
  #hangUp(cause: HangupCause): void {
    this.#life = { name: 'over' };
    if (this.#isAcknowledged) this.#signalling.bye(cause);
    else this.#byeAfterAck = cause;
  }

  /** Ends a call that has come to nothing. */
  #giveUp(cause: HangupCause): void {
    const life = this.#life;
    if (life.name === 'up') {
      life.channel.hangup(cause);
      return;
    }
    this.#end(cause);
    this.#signalling.bye(cause);
  }

  #end(cause: HangupCause): void {
    const life = this.#life;
    this.#life = { name: 'over' };
    if (life.name === 'offering') life.port.close();
    if (life.name === 'up') life.channel.peerHungUp(cause);
  }

  #nextOrigin(): SessionOrigin {
    this.#version += 1;
    return { id: this.#sessionId, version: this.#version };
  }
}

/** The streams a message offers or answers with; undefined where it has no body. */
function readOffer(message: SipRequest): readonly MediaDescription[] | undefined {
  if (message.body.length === 0) return undefined;
  const type = getHeader(message, 'Content-Type') ?? 'application/sdp';
  if (!/^application\/sdp\s*(?:;|$)/i.test(type))
    throw new CallRefusal(415, `only application/sdp is read, not ${type}`);
  const streams = readSessionDescription(bodyOf(message));
  if (streams === undefined) throw new CallRefusal(488, 'the body is no session description');
  return streams;
}

const bodyOf = ({ body }: SipRequest): string => body.toString('utf8');

function negotiate(offered: readonly MediaDescription[], own: OwnAudio): NegotiatedAudio {
  const audio = negotiateAudio(offered, own);
  if ('refusal' in audio) throw new CallRefusal(488, audio.refusal);
  return audio;
}
