import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

import { buildConnector } from 'undici';

import { refusalOf, type AddressRefusal } from '../domain/webhooks/refused-address.ts';
import { plainHost, type AllowedHosts } from '../domain/webhooks/webhook-url.ts';

/** An address that a name leads to. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Looks a host name up. Rejects where there is no such name. */
export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

/** As the system resolves names, so that `/etc/hosts` and container names count. */
export const resolveBySystem: ResolveHost = (host) => lookup(host, { all: true });

/** Nothing was posted: the host leads where nothing may be posted to. */
export class RefusedHost extends Error {
  override readonly name = 'RefusedHost';

  constructor(host: string, address: string, refusal: AddressRefusal) {
    const leads = host === address ? `${host} is` : `${host} leads to ${address},`;
    super(`${leads} a ${refusal} address: nothing is posted there unless WEBHOOK_ALLOW_HOSTS names the host`);
  }
}

/** How long a connection may take to come up, its TLS included. */
const CONNECT_WITHIN_MS = 5_000;

/**
 * Opens connections to hosts of the public Internet and to allowed ones. A name is looked up once for each connection,
 * and the socket is given the very addresses that were looked at, so that a name that changes its mind between the look
 * and the connection (DNS rebinding) changes nothing. One refused address among many refuses the name.
 */
export function guardedConnect(allowed: AllowedHosts, resolve: ResolveHost): buildConnector.connector {
  // HTTP/1.1 alone: nothing here needs more, and a receiver's HTTP/2 has more ways to keep a client busy.
  const connect = buildConnector({
    allowH2: false,
    timeout: CONNECT_WITHIN_MS,
    // What follows is asked for names alone: a socket to an address looks nothing up.
    lookup: guardedLookup(allowed, resolve),
  });
  return (options, callback) => {
    const host = plainHost(options.hostname);
    const refusal = isIP(host) === 0 || allowed.has(host) ? null : refusalOf(host);
    if (refusal === null) connect(options, callback);
    else setImmediate(() => callback(new RefusedHost(host, host, refusal), null));
  };
}

/**
 * Looks a name up and looks at each address it leads to. Rejects with `RefusedHost` where one of them is refused, unless
 * the host is allowed.
 */
export async function checkedAddresses(
  host: string,
  allowed: AllowedHosts,
  resolve: ResolveHost,
): Promise<readonly ResolvedAddress[]> {
  const found = await resolve(host);
  if (found.length === 0) throw new Error(`${host} has no address`);
  for (const { address } of allowed.has(host) ? [] : found) {
    const refusal = refusalOf(address);
    if (refusal !== null) throw new RefusedHost(host, address, refusal);
  }
  return found;
}

/** The same in the form that sockets ask for, one address or all of them. */
function guardedLookup(allowed: AllowedHosts, resolve: ResolveHost): LookupFunction {
  const look = callbackify((host: string) => checkedAddresses(host, allowed, resolve));
  return (hostname, { all }, callback) => {
    look(plainHost(hostname), (error, found) => {
      if (error) {
        callback(error, '');
        return;
      }
      const [first] = found;
      if (all) callback(null, [...found]);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}
