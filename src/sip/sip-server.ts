import type { ALeg, InviteHandler } from '../calls/ports/a-leg.ts';
import type { AnchoredSide, BLeg, BLegEvent, Dialer, DialOrder } from '../calls/ports/b-leg.ts';
import type { GatewayProber } from '../calls/ports/gateway-prober.ts';
import { allowed } from './allowed-methods.ts';
import { anchorDialog } from './anchor-leg.ts';
import { BuyerLeg } from './buyer-leg.ts';
import { CallerLeg } from './caller-leg.ts';
import { Authenticator } from './digest/authenticator.ts';
import { NonceCounts } from './digest/nonce-counts.ts';
import type { DrachtioClient, SipRequest, SipResponse } from './drachtio.ts';
import { createDrachtioClient, disconnect, guardReading, watchFrames } from './drachtio.ts';
import type { JoinedLeg } from './in-dialog.ts';
import { joinDialogs } from './join-legs.ts';
import { OpenDialogs } from './open-dialogs.ts';
import { OrphanLegs } from './orphan-legs.ts';
import { outgoingHeaders } from './outgoing-headers.ts';
import type { IsOwnAddress } from './own-addresses.ts';
import { PendingLegs } from './pending-legs.ts';
import { readInvite } from './read-invite.ts';
import { isSessionTooShort, MIN_SESSION_S } from './session-timer.ts';
import { sightMessage, type SipSighting } from './sight-message.ts';
import { writeTogether } from './write-together.ts';

/** Where drachtio-server, or the embedded engine in its place, listens for us. */
export interface SipLink {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** What the server needs of the rest. */
export interface SipServerOptions {
  readonly link: SipLink;
  /** Takes each new INVITE. */
  readonly onInvite: InviteHandler;
  /** Whether new calls are welcome: OPTIONS answers 200 or 503 by it. */
  readonly isAccepting: () => boolean;
  readonly isOwnAddress: () => IsOwnAddress;
  /** Wall-clock milliseconds: how old a nonce is goes by it. */
  readonly nowMs: () => number;
  /** Whether a call id that came back in an INVITE is of a call of ours in progress. */
  readonly isOwnCall: (callId: string) => boolean;
  readonly onLink: (change: 'up' | 'down') => void;
  /** Each message that was received from or sent to the network. */
  readonly onTraffic: (seen: SipSighting) => void;
  /** A defect, caught at the edge; the request has been answered 500. */
  readonly onFault: (error: unknown, sipCallId: string) => void;
  /** Something arrived that is worth a line in the log and a counter, and no more. */
  readonly onCurious: (what: 'loop' | 'refused-method' | 'unreadable', address: string) => void;
}

/** Extensions we take part in; another in Require is refused (RFC 3261 §8.2.2.3). */
const SUPPORTED = new Set(['timer', '100rel']);

/** Requests outside a dialog that we have no use for. */
const REFUSED_METHODS = ['message', 'subscribe', 'register', 'publish', 'notify', 'refer', 'info', 'update'] as const;

/** How long the first connection may take before it counts as refused. */
const CONNECT_LIMIT_MS = 10_000;

/** SIP by way of drachtio: takes INVITEs in, places them, and knows whether the link is up. */
export class SipServer implements Dialer, GatewayProber {
  readonly #options: SipServerOptions;
  readonly #srf: DrachtioClient;
  readonly #pending = new PendingLegs();
  readonly #nonceCounts = new NonceCounts();
  readonly #authenticator: Authenticator;
  /** Reaches legs that a process before this one has left. */
  readonly orphans: OrphanLegs;
  readonly #dialogs: OpenDialogs;
  #link: 'down' | 'up' | 'closed' = 'down';

  constructor(options: SipServerOptions) {
    this.#options = options;
    this.#authenticator = new Authenticator(options.nowMs);
    this.#srf = createDrachtioClient();
    this.orphans = new OrphanLegs(this.#srf);
    this.#dialogs = new OpenDialogs(this.orphans);
    this.#srf.use('invite', (request, response) =>
      this.#guard(request, response, () => this.#onInvite(request, response)),
    );
    this.#srf.use('options', (request, response) => this.#guard(request, response, () => this.#onOptions(response)));
    // The SIP server knows which PRACK acknowledges a response of ours, and asks us only for the 200 (RFC 3262 §3).
    this.#srf.use('prack', (request, response) => response.send(/;\s*tag=/i.test(request.get('To')) ? 200 : 481));
    for (const method of REFUSED_METHODS) {
      this.#srf.use(method, (request, response) => {
        options.onCurious('refused-method', request.source_address);
        response.send(method === 'refer' ? 603 : 405, { headers: allowed() });
      });
    }
  }

  /** The library's client, for media servers, which are called by SIP too. */
  get client(): DrachtioClient {
    return this.#srf;
  }

  get isUp(): boolean {
    return this.#link === 'up';
  }

  /**
   * Connects; resolves with the address the server says it listens for SIP on. Afterwards a lost link is reconnected by
   * itself. Rejects where the server refuses us or can't be reached within ten seconds.
   */
  connect(): Promise<SipAddress> {
    const { link } = this.#options;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () =>
          reject(new Error(`no SIP server answered at ${link.host}:${link.port} within ${CONNECT_LIMIT_MS / 1_000} s`)),
        CONNECT_LIMIT_MS,
      );
      this.#srf.on('connect', (error: unknown, contact?: string) => {
        clearTimeout(limit);
        if (error) {
          // A wrong secret comes as a connect event with an error.
          reject(
            new Error(`the SIP server at ${link.host}:${link.port} refused us: is DRACHTIO_SECRET right?`, {
              cause: error,
            }),
          );
          return;
        }
        this.#link = 'up';
        this.orphans.linkUp();
        this.#dialogs.linkUp();
        this.#options.onLink('up');
        resolve(addressOf(contact) ?? { host: link.host, port: 5060 });
      });
      this.#srf.on('close', () => this.#onLinkLost());
      this.#srf.on('error', () => this.#onLinkLost());
      this.#srf.connect(link);
      writeTogether(this.#srf);
      guardReading(this.#srf, (error) => this.#options.onFault(error, ''));
      watchFrames(this.#srf, (frame) => {
        const seen = sightMessage(frame);
        if (seen) this.#options.onTraffic(seen);
      });
    });
  }

  close(): void {
    if (this.#link === 'closed') return;
    const isLinked = this.isUp;
    this.#link = 'closed';
    disconnect(this.#srf, isLinked);
  }

  dial(order: DialOrder, report: (event: BLegEvent) => void): BLeg {
    if (this.#options.isOwnAddress()(order.address.nextHop ?? order.address.uri)) {
      queueMicrotask(() => report({ type: 'failed', sipStatus: null, cause: null, reason: 'loop' }));
      return LEG_NOT_DIALLED;
    }
    return new BuyerLeg({ ...this.#legWorld(), nonceCounts: this.#nonceCounts }, order, report);
  }

  probe(gatewayUri: string, heard: (status: number | null) => void): boolean {
    if (!this.isUp) return false;
    const options = { method: 'OPTIONS', headers: outgoingHeaders({ accept: 'application/sdp' }) };
    this.#srf.request(gatewayUri, options, (_error, request) => {
      // An error here is a name that leads nowhere, or to ourselves: no gateway in either case.
      if (request) request.on('response', ({ status }: SipResponse) => status >= 200 && heard(status));
      else heard(null);
    });
    return true;
  }

  join(aLeg: ALeg, bLeg: BLeg): void {
    if (!(aLeg instanceof CallerLeg) || !(bLeg instanceof BuyerLeg)) return;
    const join = (callerAcked: boolean): void => {
      const [caller, buyer] = [aLeg.join(), bLeg.join()];
      if (caller && buyer) joinDialogs(caller, buyer, this.#options.onFault, callerAcked);
    };
    aLeg.whenOpen((dialog) => {
      if (!bLeg.isOffering) join(false);
      // The caller made no offer: its ACK brings the answer to the buyer's (RFC 3261 §13.2.1).
      else dialog.once('ack', ({ body }: SipRequest) => bLeg.complete(body || null, () => join(true)));
    });
  }

  anchor(leg: ALeg | BLeg, side: AnchoredSide): void {
    const anchor = (joined: JoinedLeg | null): void => {
      if (joined) anchorDialog(joined, side, this.#options.onFault);
    };
    if (leg instanceof CallerLeg) leg.whenOpen(() => anchor(leg.join()));
    else if (leg instanceof BuyerLeg) anchor(leg.join());
  }

  #legWorld() {
    return { srf: this.#srf, pending: this.#pending, orphans: this.orphans, dialogs: this.#dialogs };
  }

  #onInvite(request: SipRequest, response: SipResponse): void {
    const refused = refusalOf(request);
    if (refused) {
      this.#options.onCurious('unreadable', request.source_address);
      response.send(refused.status, { headers: refused.headers });
      return;
    }
    const invite = readInvite(request);
    if ('status' in invite) {
      this.#options.onCurious('unreadable', request.source_address);
      response.send(invite.status);
      return;
    }
    if (request.has('X-Tollgate-Call-Id') && this.#options.isOwnCall(request.get('X-Tollgate-Call-Id'))) {
      // One of our own calls: it went out through a destination and came back (RFC 3261 §16.3).
      this.#options.onCurious('loop', request.source_address);
      response.send(482);
      return;
    }
    const world = { ...this.#legWorld(), authenticator: this.#authenticator };
    const leg = new CallerLeg(world, request, response);
    const listener = this.#options.onInvite({ ...invite, proofs: this.#authenticator.proofsOf(request) }, leg);
    if (listener) leg.listen(listener);
  }

  #onOptions(response: SipResponse): void {
    const headers = { ...allowed(), ...outgoingHeaders({ accept: 'application/sdp', supported: 'timer, 100rel' }) };
    response.send(this.#options.isAccepting() ? 200 : 503, { headers });
  }

  #onLinkLost(): void {
    if (this.#link !== 'up') return;
    this.#link = 'down';
    this.orphans.linkLost();
    this.#dialogs.linkLost();
    this.#options.onLink('down');
    this.#pending.linkLost();
  }

  /** A bug ends one request with a 500, never the process. */
  #guard(request: SipRequest, response: SipResponse, handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.#options.onFault(error, request.get('Call-ID'));
      if (!response.finalResponseSent) response.send(500);
    }
  }
}

/** Stands for an INVITE that was never sent. */
const LEG_NOT_DIALLED: BLeg = { cancel: () => undefined, hangUp: () => undefined, dialogId: null };

/** What makes an INVITE unanswerable but by a refusal: an extension or a body we don't know (RFC 3261 §8.2). */
function refusalOf(request: SipRequest): { status: number; headers: Record<string, string> } | undefined {
  if (request.has('Require')) {
    const unknown = request
      .get('Require')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag && !SUPPORTED.has(tag.toLowerCase()));
    if (unknown.length > 0) return { status: 420, headers: outgoingHeaders({ unsupported: unknown.join(', ') }) };
  }
  if (!/^(sips?|tel):/i.test(request.uri)) return { status: 416, headers: {} };
  if (!request.has('Contact')) return { status: 400, headers: {} };
  if (request.body && request.has('Content-Type') && !/^application\/sdp\b/i.test(request.get('Content-Type').trim())) {
    return { status: 415, headers: outgoingHeaders({ accept: 'application/sdp' }) };
  }
  if (isSessionTooShort(request)) return { status: 422, headers: outgoingHeaders({ minSe: MIN_SESSION_S }) };
  // Without a body the buyer makes the offer.
  if (!request.body) return undefined;
  if (!/^v=0\r?\n/.test(request.body) || !/^m=audio /m.test(request.body)) return { status: 488, headers: {} };
  return undefined;
}

/** Where a SIP server listens. */
export interface SipAddress {
  readonly host: string;
  readonly port: number;
}

/** The first of the contacts a server announces: `udp/127.0.0.1:5060,tcp/127.0.0.1:5060`. */
function addressOf(contacts: string | undefined): SipAddress | undefined {
  const found = /(?:^|[/:,])((?:\d{1,3}\.){3}\d{1,3}|\[[^\]]+\]|[A-Za-z][\w.-]*):(\d+)/.exec(contacts ?? '');
  return found?.[1] === undefined ? undefined : { host: found[1], port: Number(found[2]) };
}
