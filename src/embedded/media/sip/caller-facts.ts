import { getHeader, getHeaders } from '../../sip/message/header-fields.ts';
import { parseContacts } from '../../sip/message/contact.ts';
import { parseNameAddr } from '../../sip/message/name-addr.ts';
import type { SipRequest } from '../../sip/message/sip-message.ts';
import { parseSipUri } from '../../sip/message/sip-uri.ts';
import type { SocketAddress, TransportName } from '../../sip/transport/flow.ts';
import type { ChannelFacts } from '../channel/channel-facts.ts';

/** The name of the one SIP profile: `drachtio-fsmrf` asks for it. */
export const PROFILE = 'drachtio_mrf';

/** An INVITE that begins a call, and where it came from. */
export interface CallOrigin {
  readonly request: SipRequest;
  readonly peer: SocketAddress;
  readonly transport: TransportName;
}

/** What a channel knows of its caller. */
export function factsOf(uuid: string, { request, peer }: CallOrigin): ChannelFacts {
  const from = partsOf(parseNameAddr(getHeader(request, 'From') ?? '')?.uri);
  const caller = from.user === '' ? 'nobody' : from.user;
  return {
    uuid,
    name: `sofia/${PROFILE}/${caller}@${from.hostPort}`,
    callerName: parseNameAddr(getHeader(request, 'From') ?? '')?.displayName ?? from.user,
    callerNumber: from.user,
    destination: partsOf(request.uri).user,
    networkAddress: peer.host,
  };
}

/** The variables FreeSWITCH sets of an INVITE: its addresses, and each header that begins with `X-`. */
export function variablesOf({ request, peer, transport }: CallOrigin): [string, string][] {
  const contacts = parseContacts(request);
  const contact = contacts === undefined || contacts === '*' ? undefined : contacts[0]?.uri;
  const own = request.headers.filter(({ name }) => /^x-/i.test(name));
  return [
    ...addressVariables('sip_from', parseNameAddr(getHeader(request, 'From') ?? '')?.uri),
    ...addressVariables('sip_to', parseNameAddr(getHeader(request, 'To') ?? '')?.uri),
    ...addressVariables('sip_req', request.uri),
    ...addressVariables('sip_contact', contact),
    ['sip_call_id', getHeader(request, 'Call-ID') ?? ''],
    ['sip_user_agent', getHeader(request, 'User-Agent') ?? ''],
    ['sip_network_ip', peer.host],
    ['sip_network_port', String(peer.port)],
    ['sip_received_ip', peer.host],
    ['sip_received_port', String(peer.port)],
    ['sip_via_protocol', transport],
    ['max_forwards', getHeader(request, 'Max-Forwards') ?? '70'],
    ...own.map(({ name }): [string, string] => [`sip_h_${name}`, getHeaders(request, name)[0] ?? '']),
  ];
}

function addressVariables(prefix: string, uri: string | undefined): [string, string][] {
  const { user, host, hostPort } = partsOf(uri);
  return [
    [`${prefix}_user`, user],
    [`${prefix}_host`, host],
    [`${prefix}_uri`, user === '' ? hostPort : `${user}@${hostPort}`],
  ];
}

function partsOf(uri: string | undefined): { readonly user: string; readonly host: string; readonly hostPort: string } {
  const parsed = parseSipUri(uri ?? '');
  if (parsed === undefined) return { user: '', host: '', hostPort: '' };
  const { user = '', host, port } = parsed;
  return { user, host, hostPort: port === undefined ? host : `${host}:${port}` };
}
