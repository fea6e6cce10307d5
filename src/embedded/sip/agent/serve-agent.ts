import { getHeader } from '../message/header-fields.ts';
import { parseMessage } from '../message/parse-message.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { MalformedMessage, SipMessage, SipRequest } from '../message/sip-message.ts';
import { validateRequest } from '../message/validate-request.ts';
import { responseDefect } from '../message/validate-response.ts';
import { readEssentials } from '../transaction/essentials.ts';
import type { Flow } from '../transport/flow.ts';
import { stampVia } from '../transport/stamp-via.ts';
import type { Transport } from '../transport/transport.ts';
import { buildResponse, REASONS } from './build-response.ts';
import { newTag } from './identifiers.ts';
import type { UserAgent } from './user-agent.ts';

/** Has the agent get what comes in by the transport; what can't be read is answered as far as it can be. */
export function serveAgent(agent: UserAgent, transport: Transport): void {
  transport.listen({ onBytes: (bytes, flow) => receive(agent, bytes, flow), onBroken: refuse });
}

/** One message from the network, to where it belongs. */
function receive(agent: UserAgent, bytes: Buffer, flow: Flow): void {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) {
    refuse(parsed.malformed, flow);
    return;
  }
  dispatch(agent, parsed.message, flow, bytes.length);
}

function dispatch(agent: UserAgent, message: SipMessage, flow: Flow, bytes: number): void {
  const essentials = readEssentials(message);
  if (essentials === undefined) {
    // Without the five headers there is no transaction, but a sender that can be found is told (RFC 4475 §3.3.1).
    if (message.kind === 'request' && message.method !== 'ACK') refuse(unmatchable(message), flow);
    return;
  }
  if (message.kind === 'request') {
    agent.transactions.receiveRequest({ request: stampVia(message, flow.remote), essentials, flow, bytes });
  } else if (responseDefect(message) === undefined) {
    agent.transactions.receiveResponse({ response: message, essentials, flow, bytes });
  }
}

function unmatchable(request: SipRequest): MalformedMessage {
  const reason = validateRequest(request)?.reason ?? REASONS[400];
  const answerable = getHeader(request, 'Via') === undefined ? undefined : request;
  return { status: 400, reason, answerable };
}

/** Answers what could not be read, as far as it can be answered, without keeping anything (RFC 3261 §8.2.7). */
function refuse({ answerable, status, reason }: MalformedMessage, flow: Flow): void {
  if (answerable === undefined) return;
  const request = stampVia(answerable, flow.remote);
  flow.send(serializeMessage(buildResponse(request, { status, reason, toTag: newTag() })), () => undefined);
}
