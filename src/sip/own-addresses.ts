import { networkInterfaces } from 'node:os';

/** Whether a dialled URI leads back to ourselves. */
export type IsOwnAddress = (uri: string) => boolean;

/**
 * Recognises our own SIP address among dial targets, so that a destination pointed at us isn't dialled round and round.
 * Knows literal addresses, `localhost` and the advertised host; a name that only DNS could unmask is caught by the
 * call's own id coming back (see `SipServer`).
 */
export function ownAddresses(
  sip: { readonly host: string; readonly port: number },
  advertisedHost: string | null,
): IsOwnAddress {
  const any = sip.host === '0.0.0.0' || sip.host === '::';
  const hosts = new Set<string>([sip.host, ...(advertisedHost === null ? [] : [advertisedHost])]);
  if (any) {
    hosts.add('localhost');
    for (const addresses of Object.values(networkInterfaces()))
      for (const { address } of addresses ?? []) hosts.add(address);
  }
  if (hosts.has('127.0.0.1')) hosts.add('localhost');
  return (uri) => {
    const parts = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)(?::(\d+))?/i.exec(uri);
    if (!parts) return false;
    const host = (parts[1] ?? '').replace(/^\[|\]$/g, '').toLowerCase();
    const port = parts[2] === undefined ? 5060 : Number(parts[2]);
    // Everything in 127/8 reaches a socket bound to all addresses.
    return port === sip.port && (hosts.has(host) || (any && host.startsWith('127.')));
  };
}
