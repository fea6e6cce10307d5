import { Type, type Static } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import { mayDial } from '../../domain/call/dial-addresses.ts';
import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';
import { parseE164 } from '../../domain/numbers/parse-e164.ts';
import type { Destination } from '../../domain/plan/party.ts';
import { checkRoutesOfDestination } from './check-route.ts';
import { defineCollection } from './collection.ts';
import { destinationFields } from './destinations.schema.ts';
import { findResource } from './find-resource.ts';
import { needsMediaServer } from './media-features.ts';
import type { Saving, Surroundings } from './surroundings.ts';

type DestinationFields = Static<typeof destinationFields>;

const { buyerId, trunkId, name, uri } = destinationFields.properties;

export const destinations = defineCollection({
  kind: 'destinations',
  name: 'Destination',
  idPrefix: 'dst_',
  description: "One place of a buyer's that can ring.",
  fields: destinationFields,
  filters: {
    buyerId: Type.Optional(buyerId),
    trunkId: Type.Optional(trunkId),
    name: Type.Optional(name),
    uri: Type.Optional(uri),
    enabled: Type.Optional(Type.Boolean()),
    archived: Type.Optional(Type.Boolean()),
  },
  example: {
    buyerId: 'byr_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    name: 'Front desk',
    uri: 'tel:+14155550123',
    trunkId: 'trk_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    caps: { concurrent: 2 },
  },
  parse: (fields, { mediaServer }) => {
    const uri = readUri(fields.uri);
    const problems: InputProblem[] = [];
    if (uri === undefined) problems.push({ path: '/uri', message: URI_EXPECTED });
    if (uri?.startsWith('tel:') && fields.trunkId === undefined) {
      problems.push({ path: '/trunkId', message: 'A tel: number needs the trunk to dial it through.' });
    }
    if (!mediaServer) problems.push(...checkMedia(fields));
    return uri === undefined || problems.length > 0 ? problems : { ...fields, uri };
  },
  check: async (saving, around) => [
    ...(await checkPrefix(saving, around)),
    ...(await checkRoutesOfDestination(saving, around)),
  ],
});

/** A trunk that was narrowed since must not keep its destinations from being switched off: only what is new is looked at. */
async function checkPrefix(
  { resource: { uri, trunkId }, before }: Saving<Destination>,
  around: Surroundings,
): Promise<InputProblem[]> {
  if (before?.uri === uri && before.trunkId === trunkId) return [];
  const number = parseE164(uri.replace(/^tel:/i, ''));
  if (number === undefined || trunkId === undefined) return [];
  const trunk = await findResource(around, 'trunks', trunkId);
  if (!trunk || mayDial(trunk, number)) return [];
  const allowed = trunk.allowedPrefixes?.join(', ');
  return [{ path: '/uri', message: `Trunk ${trunkId} may dial numbers that begin with ${allowed} alone.` }];
}

const URI_EXPECTED =
  'Write sip:user@host[:port], such as sip:desk@pbx.example:5060, or tel: with a number in E.164, such as tel:+14155550123.';

/** RFC 3261 section 25.1: a user part without escapes or password, a host or IPv4 or bracketed IPv6, a port. */
const SIP_URI =
  /^sip:[\w.!~*'()&=+$,;?/-]+@(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?(?:;transport=(?:udp|tcp))?$/i;

/** The address as it is dialled: `tel:` numbers in E.164. Undefined where it is neither form. */
function readUri(uri: string): string | undefined {
  if (/^tel:/i.test(uri)) {
    const digits = uri.slice(4);
    const number = digits.includes(';') ? undefined : normalizeNumber(digits);
    return number === undefined ? undefined : `tel:${number}`;
  }
  const port = SIP_URI.exec(uri)?.groups?.['port'];
  if (!SIP_URI.test(uri) || (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535))) return undefined;
  return uri;
}

/** Everything that only a media server could do. */
function checkMedia({ acceptDigit, whisper }: DestinationFields): InputProblem[] {
  return [
    ...(acceptDigit === undefined ? [] : [needsMediaServer('/acceptDigit', 'Accepting by a digit')]),
    ...(whisper === undefined ? [] : [needsMediaServer('/whisper', 'A whisper')]),
  ];
}
