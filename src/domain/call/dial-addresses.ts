import type { E164, Ani } from '../numbers/e164.ts';
import { formatNumber } from '../numbers/format-number.ts';
import { parseE164 } from '../numbers/parse-e164.ts';
import type { Destination } from '../plan/party.ts';
import type { Gateway, Trunk } from '../plan/trunk.ts';
import type { DialAddress } from './dial-target.ts';

/**
 * The addresses a destination is dialled at, best first: its own URI where it has one, else its trunk's gateways in
 * order of priority, shared by weight among equals. Gateways that are down are left out; where all are, they are tried
 * all the same, for a probe can be wrong and a call not made is lost for sure. Empty where it can't be dialled: its trunk
 * is missing, switched off, or has no gateway. A number its trunk may not dial gives one barred address, which shows in
 * the record.
 *
 * @param draw gives numbers in [0, 1) from the call's seed, so that a replay draws the same
 * @param isDown whether a gateway, by its URI, is known to take no calls now
 */
export function dialAddresses(
  destination: Destination,
  trunk: Trunk | undefined,
  ani: Ani,
  draw: () => number,
  isDown: (gatewayUri: string) => boolean,
): readonly DialAddress[] {
  if (destination.trunkId === undefined) {
    return /^sip:/i.test(destination.uri) ? [direct(destination.uri)] : [];
  }
  if (!trunk?.enabled) return [];
  const inTurn = inOrder(trunk.gateways, draw);
  const alive = inTurn.filter(({ uri }) => !isDown(uri));
  const gateways = alive.length > 0 ? alive : inTurn;
  const fromUser = ani === 'anonymous' ? null : formatNumber(ani, trunk.numberFormat);
  const digest = trunk.digest ?? null;
  const number = parseE164(destination.uri.replace(/^tel:/i, ''));
  const barred = number !== undefined && !mayDial(trunk, number);
  const user = number === undefined ? null : formatNumber(number, trunk.numberFormat);
  return gateways.slice(0, barred ? 1 : gateways.length).map(({ uri: gateway }) => ({
    uri: user === null ? destination.uri : withUser(gateway, user),
    nextHop: user === null ? gateway : null,
    fromUser,
    digest,
    gateway,
    trusted: trunk.trustIdentity,
    barred,
  }));
}

function direct(uri: string): DialAddress {
  return { uri, nextHop: null, fromUser: null, digest: null, gateway: null, trusted: false, barred: false };
}

/** Whether a trunk's prefixes, where it has any, allow a number. */
export function mayDial(trunk: Pick<Trunk, 'allowedPrefixes'>, number: E164): boolean {
  return trunk.allowedPrefixes?.some((prefix) => number.startsWith(prefix)) ?? true;
}

function withUser(gatewayUri: string, user: string): string {
  return gatewayUri.replace(/^(sips?:)(?:[^@]*@)?/i, `$1${user}@`);
}

/** Lowest priority number first; among equals a weighted draw without replacement. */
function inOrder(gateways: readonly Gateway[], draw: () => number): Gateway[] {
  const left = [...gateways].sort((a, b) => a.priority - b.priority);
  const ordered: Gateway[] = [];
  while (left.length > 0) {
    const tier = left.filter((gateway) => gateway.priority === left[0]?.priority);
    let at = draw() * tier.reduce((sum, gateway) => sum + gateway.weight, 0);
    const chosen = tier.find((gateway) => (at -= gateway.weight) < 0) ?? tier[0];
    if (!chosen) break;
    ordered.push(chosen);
    left.splice(left.indexOf(chosen), 1);
  }
  return ordered;
}
