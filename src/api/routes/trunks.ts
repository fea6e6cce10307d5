import { isIP } from 'node:net';

import { Type } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import { defineCollection } from './collection.ts';
import { digestShown, trunkFields } from './trunks.schema.ts';

export const trunks = defineCollection({
  kind: 'trunks',
  name: 'Trunk',
  idPrefix: 'trk_',
  description: 'A carrier that calls are taken from, placed through, or both.',
  fields: trunkFields,
  shown: { digest: Type.Optional(digestShown) },
  filters: {
    name: Type.Optional(trunkFields.properties.name),
    enabled: Type.Optional(Type.Boolean()),
    archived: Type.Optional(Type.Boolean()),
  },
  example: {
    name: 'Carrier one',
    sources: ['198.51.100.0/24'],
    gateways: [{ uri: 'sip:gw1.carrier.example:5060', priority: 1, weight: 100 }],
    digest: { username: 'tollgate', realm: 'carrier.example', password: 'correct horse battery staple' },
    maxCps: 10,
    maxConcurrent: 100,
  },
  parse: (fields) => {
    const problems: InputProblem[] = [
      ...fields.sources.flatMap((source, index) => problem(`/sources/${index}`, checkSource(source))),
      ...fields.gateways.flatMap(({ uri }, index) => problem(`/gateways/${index}/uri`, checkGatewayUri(uri))),
    ];
    if (fields.challengeInbound && fields.digest === undefined) {
      problems.push({
        path: '/digest',
        message: 'Callers are challenged with these credentials: give them, or leave challengeInbound off.',
      });
    }
    return problems.length > 0 ? problems : fields;
  },
  present: ({ digest, ...fields }) =>
    digest === undefined
      ? fields
      : { ...fields, digest: { username: digest.username, realm: digest.realm, passwordSet: true } },
});

/** `sip:host[:port]`, IPv6 in brackets, and a transport the product speaks. */
const GATEWAY_URI =
  /^sip:(?<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?(?:;transport=(?:udp|tcp))?$/i;

function checkSource(source: string): string | undefined {
  const [address = '', length, ...rest] = source.split('/');
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  const lengthFits = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
  if (family !== 0 && !address.includes('%') && lengthFits && rest.length === 0) return undefined;
  return 'Write an address or a CIDR block, such as 198.51.100.7, 198.51.100.0/24 or 2001:db8::/32.';
}

function checkGatewayUri(uri: string): string | undefined {
  const groups = GATEWAY_URI.exec(uri)?.groups;
  const host = groups?.['host'];
  const port = groups?.['port'];
  const hostFits = host !== undefined && (!host.startsWith('[') || isIP(host.slice(1, -1)) === 6);
  const portFits = port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
  if (hostFits && portFits) return undefined;
  return 'Write sip:host[:port][;transport=udp|tcp], such as sip:gw1.carrier.example:5060.';
}

function problem(path: string, message: string | undefined): readonly InputProblem[] {
  return message === undefined ? [] : [{ path, message }];
}
