import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

import { warningsOf } from '../../config/check-together.ts';
import type { Config } from '../../config/load-config.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** A key of fewer different characters was typed and not drawn. */
const FEW_CHARACTERS = 12;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);

/** Secrets and listening addresses that say more to the world than they should. */
export function checkSecrets(config: Config): Finding[] {
  const known = warningsOf(config).map(({ setting, message }) =>
    warn('secrets', `${setting} ${message}`, 'Set one of your own on both sides: openssl rand -hex 24'),
  );
  const key = config.TOLLGATE_ADMIN_KEY;
  const weak =
    key !== null && new Set(key).size < FEW_CHARACTERS
      ? [warn('secrets', 'TOLLGATE_ADMIN_KEY has few different characters', 'Draw one: openssl rand -hex 24')]
      : [];
  const found = [...known, ...weak];
  return found.length > 0 ? found : [ok('secrets', 'none that anyone knows')];
}

/** The API speaks HTTP without TLS: on other addresses than loopback, keys can be read on the way. */
export function checkHttpExposure({ HTTP_HOST: host }: Pick<Config, 'HTTP_HOST'>): Finding {
  const isLocal = host === 'localhost' || host === '::1' || (isIP(host) === 4 && loopback.check(host));
  if (isLocal) return ok('http exposure', `${host} is for this machine alone`);
  const remedy = 'Keep it behind a proxy that speaks TLS, and behind a firewall.';
  return warn('http exposure', `HTTP_HOST=${host}: API keys cross the network in the clear`, remedy);
}

type SipAddresses = Pick<Config, 'TOLLGATE_ENGINE' | 'SIP_HOST' | 'SIP_ADVERTISED_HOST'>;

/**
 * What carriers are told to reach us at.
 *
 * @param addresses the IPv4 addresses of this machine, loopback aside
 */
export async function checkAdvertised(config: SipAddresses, addresses = ownIPv4()): Promise<Finding> {
  const { SIP_HOST: host, SIP_ADVERTISED_HOST: advertised } = config;
  const check = 'advertised host';
  if (config.TOLLGATE_ENGINE === 'drachtio') return ok(check, "drachtio-server's to say");
  if (advertised !== null) {
    const address = await lookup(advertised).catch(() => undefined);
    if (address) return ok(check, `${advertised}${isIP(advertised) ? '' : ` (${address.address})`}`);
    return fail(check, `${advertised} has no address`, 'Set SIP_ADVERTISED_HOST to a name in the DNS, or an address.');
  }
  const isAny = host === '0.0.0.0' || host === '::';
  if (!isAny || addresses.length <= 1) return ok(check, isAny ? (addresses[0] ?? 'loopback alone') : host);
  return warn(
    check,
    `SIP_HOST=${host} on a machine with ${addresses.length} addresses (${addresses.join(', ')})`,
    'Set SIP_ADVERTISED_HOST to the one that carriers and buyers reach, the public one behind NAT.',
  );
}

function ownIPv4(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
