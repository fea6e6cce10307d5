/** Random SIP messages and their parts, for property-based tests. */
import * as fc from 'fast-check';
import type { HeaderField, SipMessage, SipRequest } from '../../src/embedded/sip/message/sip-message.ts';

/** Text of up to `maxLength` of the given characters (code points: a pair of surrogates is one). */
const textOf = (characters: string, constraints: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ ...constraints, unit: fc.constantFrom(...Array.from(characters)) });

/** A token of RFC 3261 §25.1. */
export const token = textOf("ABCxyz019-.!%*_+`'~", { minLength: 1, maxLength: 12 });

/** Header text with everything that makes parsers stumble: quotes, brackets, commas, colons, text beyond ASCII, U+FEFF. */
export const headerText = textOf('ab 9"<>,;:=@\\/?%Щ漢\uFEFF\u00A0🙂', { maxLength: 40 }).map((text) =>
  text.replace(/^ +| +$/g, '').replace(/ {2,}/g, ' '),
);

const known = fc.constantFrom('Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Route', 'Subject', 'Supported');
const unknown = token.map((text) => `X-${text}`);

const field: fc.Arbitrary<HeaderField> = fc.record({ name: fc.oneof(known, unknown), value: headerText });

/** Up to a dozen fields, and at one place among them perhaps a Content-Length, right or wrong. */
const headers = fc
  .tuple(fc.array(field, { maxLength: 12 }), fc.option(fc.nat({ max: 12 })), fc.nat({ max: 99 }))
  .map(([fields, place, length]) => {
    if (place === null) return fields;
    return fields.toSpliced(place, 0, { name: 'Content-Length', value: String(length) });
  });

const body = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));

const request: fc.Arbitrary<SipRequest> = fc.record({
  kind: fc.constant('request' as const),
  method: token,
  uri: token.map((user) => `sip:${user}@example.com`),
  headers,
  body,
});

/** A whole message, request or response. */
export const sipMessage: fc.Arbitrary<SipMessage> = fc.oneof(
  request,
  fc.record({
    kind: fc.constant('response' as const),
    status: fc.integer({ min: 100, max: 699 }),
    reason: headerText,
    headers,
    body,
  }),
);

/** The message as it must come out at the other end: its one Content-Length true, or added last. */
export function withTrueLength<M extends SipMessage>(message: M): M {
  const length: HeaderField = { name: 'Content-Length', value: String(message.body.length) };
  const place = message.headers.findIndex(({ name }) => name === 'Content-Length');
  const headers = place < 0 ? [...message.headers, length] : message.headers.with(place, length);
  return { ...message, headers };
}
