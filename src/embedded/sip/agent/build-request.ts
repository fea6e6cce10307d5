import { formatCSeq, parseCSeq } from '../message/cseq.ts';
import { withParam } from '../message/header-params.ts';
import { formatNameAddr, parseNameAddr } from '../message/name-addr.ts';
import type { HeaderField, SipRequest } from '../message/sip-message.ts';
import { formatHostPort, formatSipUri, parseSipUri, type HostPort } from '../message/sip-uri.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { TransportName } from '../transport/flow.ts';
import { appHeader, contentType, requestExtras, type AppRequest } from './app-message.ts';
import { Refusal } from './application-link.ts';
import { firstSeq, newBranch, newId, newTag } from './identifiers.ts';

/** Methods whose requests carry a Contact (RFC 3261 §8.1.1.8, RFC 3311 §5.1, RFC 3515, RFC 6665). */
const CONTACT_METHODS = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE']);

/** The Via of a request, with a branch of its own; we always ask for `rport` (RFC 3581 §3). */
export const viaFor = (transport: TransportName, local: HostPort): string =>
  `SIP/2.0/${transport.toUpperCase()} ${formatHostPort(local)};branch=${newBranch()};rport`;

/** Our Contact towards a peer that is to reach us at `local`. */
export const contactFor = (transport: TransportName, local: HostPort): string =>
  `<sip:${formatHostPort(local)}${transport === 'tcp' ? ';transport=tcp' : ''}>`;

/**
 * A request outside any dialog (RFC 3261 §8.1.1), but for its Via: what the application left out is added, and
 * `localhost` in From, To, Contact and P-Asserted-Identity becomes our own address.
 * @throws {Refusal} when From can't be read, or a body's type can't be told.
 */
export function newRequest(app: AppRequest, transport: TransportName, local: HostPort): SipRequest {
  const contact = contactFor(transport, local);
  const from = parseNameAddr(atOwnHost(appHeader(app, 'From') ?? `<sip:${formatHostPort(local)}>`, local));
  if (from === undefined) throw new Refusal(`invalid from value provided by client: ${appHeader(app, 'From')}`);
  const cseq = parseCSeq(appHeader(app, 'CSeq') ?? '');
  const appContact = appHeader(app, 'Contact');
  return {
    kind: 'request',
    method: app.method,
    uri: app.uri,
    headers: [
      { name: 'Max-Forwards', value: appHeader(app, 'Max-Forwards') ?? '70' },
      {
        name: 'From',
        value: formatNameAddr(
          from.params.has('tag') ? from : { ...from, params: withParam(from.params, 'tag', newTag()) },
        ),
      },
      { name: 'To', value: atOwnHost(appHeader(app, 'To') ?? `<${app.uri}>`, local) },
      { name: 'Call-ID', value: appHeader(app, 'Call-ID') ?? newId() },
      { name: 'CSeq', value: formatCSeq({ seq: cseq?.seq ?? firstSeq(), method: app.method }) },
      ...contactField(
        app.method,
        appContact === undefined ? contact : atOwnHost(appContact, local),
        appContact !== undefined,
      ),
      ...requestExtras(app).map(({ name, value }) => ({
        name,
        value: name === 'P-Asserted-Identity' ? atOwnHost(value, local) : value,
      })),
      ...typeField(app),
    ],
    body: app.body,
  };
}

/**
 * A request within a dialog (RFC 3261 §12.2.1.1), but for its Via. The Request-URI is the remote target unless the
 * application names another. `seq` is the number for CSeq: an ACK has that of its INVITE.
 * @throws {Refusal} when a body's type can't be told.
 */
export function dialogRequest(dialog: Dialog, app: AppRequest, seq: number): SipRequest {
  const target = app.method === 'ACK' || app.uri.includes('placeholder') ? dialog.remoteTarget : app.uri;
  const { uri, route } = routed(target, dialog.routeSet);
  const appContact = appHeader(app, 'Contact');
  return {
    kind: 'request',
    method: app.method,
    uri,
    headers: [
      ...route.map((value) => ({ name: 'Route', value })),
      { name: 'Max-Forwards', value: appHeader(app, 'Max-Forwards') ?? '70' },
      { name: 'From', value: dialog.local },
      { name: 'To', value: dialog.remote },
      { name: 'Call-ID', value: dialog.callId },
      { name: 'CSeq', value: formatCSeq({ seq, method: app.method }) },
      ...contactField(app.method, appContact ?? dialog.localContact, appContact !== undefined),
      ...requestExtras(app),
      ...typeField(app),
    ],
    body: app.body,
  };
}

/** The URI a request within the dialog goes to next: the first route, or the remote target. */
export const nextHopUri = (dialog: Dialog): string => {
  const [first] = dialog.routeSet;
  return (first === undefined ? undefined : parseNameAddr(first)?.uri) ?? dialog.remoteTarget;
};

/** Request-URI and Route for a loose or a strict first router (RFC 3261 §12.2.1.1). */
function routed(target: string, routeSet: readonly string[]): { uri: string; route: readonly string[] } {
  const [first, ...rest] = routeSet;
  const firstUri = first === undefined ? undefined : parseNameAddr(first)?.uri;
  const parsed = firstUri === undefined ? undefined : parseSipUri(firstUri);
  if (parsed === undefined || parsed.params.has('lr')) return { uri: target, route: routeSet };
  // A strict router takes the request by its own URI and finds the target at the end of Route.
  return { uri: formatSipUri({ ...parsed, headers: new Map() }), route: [...rest, `<${target}>`] };
}

/** Puts our own address where the application wrote `localhost`; everything else stays as it is. */
function atOwnHost(value: string, local: HostPort): string {
  if (!value.includes('localhost')) return value;
  const address = parseNameAddr(value);
  const uri = address === undefined ? undefined : parseSipUri(address.uri);
  if (address === undefined || uri?.host.toLowerCase() !== 'localhost') return value;
  return formatNameAddr({ ...address, uri: formatSipUri({ ...uri, ...local }) });
}

const contactField = (method: string, value: string, isAppOwn: boolean): HeaderField[] =>
  isAppOwn || CONTACT_METHODS.has(method) ? [{ name: 'Contact', value }] : [];

function typeField(app: AppRequest): HeaderField[] {
  if (app.body.length === 0) return [];
  const value = contentType(app);
  if (value === undefined) throw new Refusal('missing content-type');
  return [{ name: 'Content-Type', value }];
}
