import { parseIpv4, parseIpv6 } from './ip-address.ts';
import { refusalOf } from './refused-address.ts';

/** Host names and addresses that may be posted to whatever they are, as `hostOf` writes them. */
export type AllowedHosts = ReadonlySet<string>;

/** Names that are this machine's by definition (RFC 6761 section 6.3). */
const LOCAL_NAME = /(?:^|\.)localhost$/;

const EXPECTED = 'Write an http or https address, such as https://example.com/hooks/calls.';

/**
 * Says what is wrong with the URL of a webhook as far as it tells by itself; undefined where nothing is. What a name
 * leads to is only known when it is looked up, and is looked at again then.
 */
export function webhookUrlProblem(text: string, allowed: AllowedHosts): string | undefined {
  const url = URL.parse(text);
  // A backslash, a tab or a line break is mended in silence by whoever parses it, and each mends it in another way.
  if (url === null || !/^https?:\/\/[^\s\\]+$/i.test(text)) return EXPECTED;
  if (url.username !== '' || url.password !== '') {
    return 'Leave user name and password out: what is posted is signed with the secret.';
  }
  if (url.hash !== '') return 'Leave out what follows the #: it is never sent.';
  if (url.port === '0') return 'Nothing listens on port 0: leave the port out, or name one from 1 to 65535.';
  const host = hostOf(url);
  if (allowed.has(host)) return undefined;
  const refusal = LOCAL_NAME.test(host) ? 'loopback' : isAddress(host) ? refusalOf(host) : null;
  if (refusal === null) return undefined;
  const article = /^[aeiou]/.test(refusal) ? 'an' : 'a';
  return `${host} is ${article} ${refusal} address: name a public one, or allow this host in the setting WEBHOOK_ALLOW_HOSTS.`;
}

/** The host of a URL in one form for all ways to write it: lower case, no brackets, no dot at its end. */
export function hostOf({ hostname }: URL): string {
  return plainHost(hostname);
}

/** Reads a host name or an address, as a setting names it; undefined for a text that is neither. */
export function parseHost(text: string): string | undefined {
  const bare = plainHost(text);
  const isIpv6 = parseIpv6(bare) !== undefined;
  if (!isIpv6 && !/^[a-z0-9._-]+$/.test(bare)) return undefined;
  const url = URL.parse(`http://${isIpv6 ? `[${bare}]` : bare}/`);
  return url === null ? undefined : hostOf(url);
}

/** A host name as a socket is told it, in the form of `hostOf`. */
export function plainHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function isAddress(host: string): boolean {
  return host.includes(':') || parseIpv4(host) !== undefined;
}
