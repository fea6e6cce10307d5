import { getHeader, listValues } from '../message/header-fields.ts';
import { formatCSeq, parseCSeq } from '../message/cseq.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { HeaderField, SipRequest, SipResponse } from '../message/sip-message.ts';
import type { SipTimers } from '../timers.ts';
import type { Flow } from '../transport/flow.ts';
import type { Essentials } from './essentials.ts';
import { inviteClient, inviteClientStart, inviteClientUnderWay } from './invite-client.ts';
import { MachineRunner, type EventMessage } from './machine-runner.ts';
import { nonInviteClient, nonInviteClientStart } from './non-invite-client.ts';

/** A response as it came in. */
export interface ReceivedResponse {
  readonly response: SipResponse;
  readonly essentials: Essentials;
  readonly flow: Flow;
  /** Size on the wire. */
  readonly bytes: number;
}

/** What a client transaction tells its user. */
export interface ClientTransactionUser {
  /** Any response; for an INVITE each 2xx, retransmitted ones too. */
  onResponse(received: ReceivedResponse): void;
  /** Nobody answered in time, or the request could not be delivered. Nothing follows. */
  onFailure(why: 'timeout' | 'transport'): void;
}

type SharedEvent =
  { readonly on: 'start' } | { readonly on: 'response'; readonly status: number } | { readonly on: 'transport-error' };

interface Machine {
  readonly state: string;
  handle(event: SharedEvent, carried?: EventMessage<ReceivedResponse>): void;
}

/** One client transaction (RFC 3261 §17.1): a request we send and the answers to it. */
export class ClientTransaction {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly #machine: Machine;
  readonly #abandon: () => void;

  /** An INVITE that is under way has been sent before, by a process that died: only its answer is waited for. */
  constructor(
    { request, flow, isUnderWay }: { request: SipRequest; flow: Flow; isUnderWay: boolean },
    timers: SipTimers,
    user: ClientTransactionUser,
    onEnd: () => void,
  ) {
    this.request = request;
    this.flow = flow;
    const context = { timers, reliable: flow.transport === 'tcp' };
    const host = {
      send: (bytes: Buffer) => this.#send(bytes),
      deliver: (received: ReceivedResponse) => user.onResponse(received),
      acknowledge: (received: ReceivedResponse) => this.#send(serializeMessage(ackFor(request, received.response))),
      fail: (why: 'timeout' | 'transport') => user.onFailure(why),
      end: onEnd,
    };
    if (request.method === 'INVITE') {
      const machine = new MachineRunner(
        isUnderWay ? inviteClientUnderWay : inviteClientStart,
        inviteClient,
        context,
        host,
      );
      this.#machine = machine;
      this.#abandon = () => machine.handle({ on: 'abandon' });
    } else {
      this.#machine = new MachineRunner(nonInviteClientStart, nonInviteClient, context, host);
      this.#abandon = () => undefined;
    }
  }

  /** Sends the request, whose bytes the caller has made already. */
  start(bytes: Buffer): void {
    this.#machine.handle({ on: 'start' }, { bytes });
  }

  receive(received: ReceivedResponse): void {
    this.#machine.handle({ on: 'response', status: received.response.status }, { message: received });
  }

  /** Gives up an INVITE that was cancelled, or that rang too long, without a final response (RFC 3261 §9.1). */
  abandon(): void {
    this.#abandon();
  }

  #send(bytes: Buffer): void {
    this.flow.send(bytes, () => this.#machine.handle({ on: 'transport-error' }));
  }
}

/** The ACK of a final response other than 2xx: the INVITE's own Via, Route and Request-URI (RFC 3261 §17.1.1.3). */
function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  return hopByHop(invite, 'ACK', getHeader(response, 'To') ?? getHeader(invite, 'To') ?? '');
}

/** The CANCEL of an INVITE, with `extra` headers such as Reason (RFC 3261 §9.1). */
export function cancelFor(invite: SipRequest, extra: readonly HeaderField[]): SipRequest {
  const cancel = hopByHop(invite, 'CANCEL', getHeader(invite, 'To') ?? '');
  return { ...cancel, headers: [...cancel.headers, ...extra] };
}

/** A request that follows an INVITE hop by hop: it shares its branch, and so its transaction. */
function hopByHop(invite: SipRequest, method: string, to: string): SipRequest {
  const cseq = parseCSeq(getHeader(invite, 'CSeq') ?? '');
  const route = listValues(invite, 'Route');
  return {
    kind: 'request',
    method,
    uri: invite.uri,
    headers: [
      { name: 'Via', value: listValues(invite, 'Via')[0] ?? '' },
      ...route.map((value) => ({ name: 'Route', value })),
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: getHeader(invite, 'From') ?? '' },
      { name: 'To', value: to },
      { name: 'Call-ID', value: getHeader(invite, 'Call-ID') ?? '' },
      { name: 'CSeq', value: formatCSeq({ seq: cseq?.seq ?? 0, method }) },
    ],
    body: Buffer.alloc(0),
  };
}
