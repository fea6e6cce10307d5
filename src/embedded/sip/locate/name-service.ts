import { promises as dns } from 'node:dns';
import type { SrvRecord } from './srv-order.ts';

/** How long one question may take before it counts as unanswered. */
const QUESTION_MS = 3000;

/** The questions locating a server asks. An empty answer means there is no such name, or nobody to ask. */
export interface NameService {
  /** IP addresses of a host name, IPv4 before IPv6. */
  addresses(name: string): Promise<readonly string[]>;
  /** SRV records such as those of `_sip._udp.example.com`. */
  services(name: string): Promise<readonly SrvRecord[]>;
}

/**
 * The machine's own resolver: host names as the system resolves them (so that `/etc/hosts` and container names count),
 * SRV records from the name servers it is configured with.
 */
export function systemNames(): NameService {
  const resolver = new dns.Resolver({ timeout: QUESTION_MS, tries: 1 });
  return {
    async addresses(name) {
      const answers = await answered(dns.lookup(name, { all: true, order: 'ipv4first' }));
      return answers.map(({ address }) => address);
    },
    services: (name) => answered(resolver.resolveSrv(name)),
  };
}

/** The answer, or an empty one when there is none in time: a name that fails is a target that can't be reached. */
async function answered<T>(question: Promise<T[]>): Promise<T[]> {
  const { promise: late, resolve } = Promise.withResolvers<T[]>();
  const timer = setTimeout(() => resolve([]), QUESTION_MS);
  try {
    return await Promise.race([question.catch(() => []), late]);
  } finally {
    clearTimeout(timer);
  }
}
