import { isIP } from 'node:net';
import type { ApplicationLink } from '../agent/application-link.ts';
import { parseContacts } from '../message/contact.ts';
import { getHeader, listValues } from '../message/header-fields.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseSipUri } from '../message/sip-uri.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow, SocketAddress, TransportName } from '../transport/flow.ts';

/** Where in its life a dialog is (RFC 3261 §12). */
export type DialogState = 'early' | 'confirmed' | 'ended';

/** What is known of a dialog at its birth. */
export interface DialogBirth {
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Our From (or To) with its tag, and theirs, as header values. */
  readonly local: string;
  readonly remote: string;
  readonly routeSet: readonly string[];
  readonly remoteTarget: string;
  readonly localContact: string;
  readonly localSeq: number;
  readonly remoteSeq: number | undefined;
  readonly flow: Flow;
  readonly natHop: NextHop | undefined;
}

/** A socket address that stands in for the one the dialog's URIs name. */
export interface NextHop extends SocketAddress {
  readonly transport: TransportName;
}

/** A session description, kept so that the engine can refresh the session by itself (RFC 4028 §10). */
export interface LocalSession {
  readonly body: Buffer;
  readonly contentType: string;
}

/**
 * One dialog (RFC 3261 §12): what is needed to send and to place requests within it. Its id is what the application
 * knows it by: `<Call-ID>;from-tag=<tag of the caller>`, the same for all forks of one INVITE.
 */
export class Dialog {
  readonly id: string;
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  readonly localContact: string;
  /** Fixed once the dialog is confirmed (RFC 3261 §12.2.1.2). */
  routeSet: readonly string[];
  remoteTarget: string;
  remoteSeq: number | undefined;
  state: DialogState = 'early';
  session: LocalSession | undefined;
  /** The application whose call it is; its requests go there. Undefined, or closed, when that one is gone. */
  link: ApplicationLink | undefined;
  /** The connection the dialog came about on: used as long as it lives, for the peer may be behind a NAT. */
  readonly flow: Flow;
  /** RFC 3581 in spirit: a UDP peer whose Contact is not where it sends from is answered where it sends from. */
  readonly natHop: NextHop | undefined;
  /** When the peer last sent a request within it, or it began, on the monotonic clock. */
  lastHeardMs = performance.now();
  #localSeq: number;

  constructor(birth: DialogBirth) {
    this.id = dialogId(birth.callId, birth.role === 'uac' ? birth.localTag : birth.remoteTag);
    this.role = birth.role;
    this.callId = birth.callId;
    this.localTag = birth.localTag;
    this.remoteTag = birth.remoteTag;
    this.local = birth.local;
    this.remote = birth.remote;
    this.localContact = birth.localContact;
    this.routeSet = birth.routeSet;
    this.remoteTarget = birth.remoteTarget;
    this.remoteSeq = birth.remoteSeq;
    this.flow = birth.flow;
    this.natHop = birth.natHop;
    this.#localSeq = birth.localSeq;
  }

  /** Everything another process takes to make this dialog again, as it is now. */
  birth(): DialogBirth {
    const { role, callId, localTag, remoteTag, local, remote, localContact, routeSet, remoteTarget } = this;
    const { remoteSeq, flow, natHop } = this;
    const described = { role, callId, localTag, remoteTag, local, remote, localContact, routeSet, remoteTarget };
    return Object.assign(described, { localSeq: this.#localSeq, remoteSeq, flow, natHop });
  }

  /** The CSeq number of the next request (RFC 3261 §12.2.1.1). */
  nextSeq(): number {
    return ++this.#localSeq;
  }

  /** Target refresh (RFC 3261 §12.2.1.2, §12.2.2): a Contact in a re-INVITE, an UPDATE or their 2xx. */
  refreshTarget(message: SipMessage): void {
    this.remoteTarget = contactUri(message) ?? this.remoteTarget;
  }
}

/** The application's name for a dialog. */
export const dialogId = (callId: string, callerTag: string): string => `${callId};from-tag=${callerTag}`;

/** The URI of a message's one Contact; undefined where there is none. */
export function contactUri(message: SipMessage): string | undefined {
  const contacts = parseContacts(message);
  return contacts === undefined || contacts === '*' ? undefined : contacts[0]?.uri;
}

/** A dialog of ours as the callee (RFC 3261 §12.1.1). `request` is the INVITE, its Via already stamped. */
export function uasDialog(request: SipRequest, flow: Flow, localTag: string, localContact: string): Dialog {
  const from = getHeader(request, 'From') ?? '';
  const to = getHeader(request, 'To') ?? '';
  const routeSet = listValues(request, 'Record-Route');
  const remoteTarget = contactUri(request) ?? '';
  return new Dialog({
    role: 'uas',
    callId: getHeader(request, 'Call-ID') ?? '',
    localTag,
    remoteTag: tagOf(from),
    local: `${to};tag=${localTag}`,
    remote: from,
    routeSet,
    remoteTarget,
    localContact,
    localSeq: 0,
    remoteSeq: Number.parseInt(getHeader(request, 'CSeq') ?? '', 10),
    flow,
    natHop: natHop(remoteTarget, routeSet, flow),
  });
}

/** A dialog of ours as the caller (RFC 3261 §12.1.2). `flow` is what the INVITE went out by, `from` what the answer came by. */
export function uacDialog(request: SipRequest, response: SipResponse, flow: Flow, from: Flow): Dialog {
  const to = getHeader(response, 'To') ?? '';
  const local = getHeader(request, 'From') ?? '';
  const routeSet = listValues(response, 'Record-Route').reverse();
  const remoteTarget = contactUri(response) ?? request.uri;
  return new Dialog({
    role: 'uac',
    callId: getHeader(request, 'Call-ID') ?? '',
    localTag: tagOf(local),
    remoteTag: tagOf(to),
    local,
    remote: to,
    routeSet,
    remoteTarget,
    localContact: getHeader(request, 'Contact') ?? '',
    localSeq: Number.parseInt(getHeader(request, 'CSeq') ?? '', 10),
    remoteSeq: undefined,
    flow,
    natHop: natHop(remoteTarget, routeSet, from),
  });
}

const tagOf = (value: string): string => parseNameAddr(value)?.params.get('tag') ?? '';

/**
 * The place to answer a peer that gives an IP address it does not send from, and that no proxy stands before: it is
 * behind a NAT and does not know its public address.
 */
function natHop(remoteTarget: string, routeSet: readonly string[], { transport, remote }: Flow): NextHop | undefined {
  const target = parseSipUri(remoteTarget);
  const isBehindNat = target !== undefined && isIP(target.host) !== 0 && target.host !== remote.host;
  return isBehindNat && routeSet.length === 0 && transport === 'udp' ? { ...remote, transport } : undefined;
}
