import { buildRequest, newBranch, type MessageExtras } from './build-message.ts';
import { paramOf, readUri, uriOf, type HostPort } from './addresses.ts';
import { headerValue, headerValues, requiredHeader, type SipRequest, type SipResponse } from './sip-wire.ts';
import type { Hop } from './sip-socket.ts';

interface DialogParts {
  readonly callId: string;
  /** From and To of our requests, tags included. */
  readonly local: string;
  readonly remote: string;
  readonly remoteTarget: string;
  readonly routes: readonly string[];
  readonly transport: 'udp' | 'tcp';
  readonly sentBy: HostPort;
  readonly cseq: number;
}

/** What both sides of a call know of each other once a response has carried both tags (RFC 3261 §12). */
export class Dialog {
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly #routes: readonly string[];
  readonly #transport: 'udp' | 'tcp';
  readonly #sentBy: HostPort;
  #remoteTarget: string;
  #cseq: number;

  private constructor(parts: DialogParts) {
    this.callId = parts.callId;
    this.local = parts.local;
    this.remote = parts.remote;
    this.#remoteTarget = parts.remoteTarget;
    this.#routes = parts.routes;
    this.#transport = parts.transport;
    this.#sentBy = parts.sentBy;
    this.#cseq = parts.cseq;
  }

  /** The caller's side (§12.1.2). */
  static ofCaller(
    invite: SipRequest,
    response: SipResponse,
    at: { sentBy: HostPort; transport: 'udp' | 'tcp' },
  ): Dialog {
    return new Dialog({
      ...at,
      callId: requiredHeader(invite, 'Call-ID'),
      local: requiredHeader(invite, 'From'),
      remote: requiredHeader(response, 'To'),
      remoteTarget: uriOf(headerValue(response, 'Contact') ?? invite.uri),
      routes: headerValues(response, 'Record-Route').reverse(),
      cseq: Number.parseInt(requiredHeader(invite, 'CSeq'), 10),
    });
  }

  /** The called side (§12.1.1). */
  static ofCallee(invite: SipRequest, tag: string, at: { sentBy: HostPort; transport: 'udp' | 'tcp' }): Dialog {
    return new Dialog({
      ...at,
      callId: requiredHeader(invite, 'Call-ID'),
      local: `${requiredHeader(invite, 'To')};tag=${tag}`,
      remote: requiredHeader(invite, 'From'),
      remoteTarget: uriOf(requiredHeader(invite, 'Contact')),
      routes: headerValues(invite, 'Record-Route'),
      cseq: 0,
    });
  }

  get remoteTag(): string | undefined {
    return paramOf(this.remote, 'tag');
  }

  /** A target refresh: the other side may have moved (§12.2). */
  retarget(message: SipRequest | SipResponse): void {
    const contact = headerValue(message, 'Contact');
    if (contact !== undefined) this.#remoteTarget = uriOf(contact);
  }

  /** Where the next request goes: the first route, else the other side's Contact. */
  get hop(): Hop {
    const [route] = this.#routes;
    const { host, port } = readUri(route === undefined ? this.#remoteTarget : uriOf(route));
    return { host, port, transport: this.#transport };
  }

  /** Builds a request inside the dialog. An ACK takes the number of the INVITE that it confirms. */
  request(method: string, extras: MessageExtras & { contact: string | null; cseq?: number }): SipRequest {
    const { cseq = (this.#cseq += 1), contact, ...rest } = extras;
    return buildRequest({
      method,
      cseq,
      contact,
      ...this.#target(),
      sentBy: this.#sentBy,
      transport: this.#transport,
      branch: newBranch(),
      from: this.local,
      to: this.remote,
      callId: this.callId,
      ...rest,
    });
  }

  /** Request-URI and Route; a strict router first in the set takes the Request-URI's place (§12.2.1.1). */
  #target(): { uri: string; routes: readonly string[] } {
    const [first, ...others] = this.#routes;
    if (first === undefined || readUri(uriOf(first)).lr) return { uri: this.#remoteTarget, routes: this.#routes };
    return { uri: uriOf(first), routes: [...others, `<${this.#remoteTarget}>`] };
  }
}
