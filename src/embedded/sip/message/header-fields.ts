/**
 * Reading and replacing header fields. Messages are never changed: what alters one returns a new message that shares
 * everything else with the old. Names may be given in any case and in compact form (RFC 3261 §7.3.3).
 */
import { CANONICAL_NAMES } from './header-names.ts';
import type { HeaderField, SipMessage } from './sip-message.ts';
import { splitList } from './split-list.ts';

/** What the readers below need of a message. */
export type HasHeaders = Pick<SipMessage, 'headers'>;

/**
 * The canonical spelling of a header field name: `v` and `VIA` are `Via`. A name outside the table stays as it was
 * given, so that an application's own headers cross the engine unchanged.
 */
export function canonicalName(name: string): string {
  return CANONICAL_NAMES.get(name) ?? CANONICAL_NAMES.get(name.toLowerCase()) ?? name;
}

/** The value of the first header field called `name`, or undefined when there is none. */
export function getHeader(message: HasHeaders, name: string): string | undefined {
  const matches = nameMatcher(name);
  for (const field of message.headers) if (matches(field)) return field.value;
  return undefined;
}

/** The values of all header fields called `name`, one a field, in wire order. */
export function getHeaders(message: HasHeaders, name: string): string[] {
  const matches = nameMatcher(name);
  const values: string[] = [];
  for (const field of message.headers) if (matches(field)) values.push(field.value);
  return values;
}

/**
 * The elements of a list header (`Via`, `Route`, `Record-Route`, `Contact`, `Require`, `Supported` …) over all its
 * fields, in order, empty elements left out. Only for headers whose grammar is a comma-separated list: a `Date`, a
 * challenge or credentials hold commas of their own.
 */
export function listValues(message: HasHeaders, name: string): string[] {
  const matches = nameMatcher(name);
  const values: string[] = [];
  for (const field of message.headers) {
    if (!matches(field)) continue;
    for (const element of splitList(field.value)) if (element !== '') values.push(element);
  }
  return values;
}

/**
 * The message with exactly the given header field(s) called `name`: the first stands where the first one of that name
 * stood (at the end when there was none), further values follow it, and older fields of that name are gone.
 */
export function withHeader<M extends SipMessage>(message: M, name: string, value: string | readonly string[]): M {
  const matches = nameMatcher(name);
  const fresh = fieldsOf(name, value);
  const first = message.headers.findIndex(matches);
  if (first < 0) return { ...message, headers: [...message.headers, ...fresh] };
  const before = message.headers.slice(0, first);
  const after = message.headers.slice(first + 1).filter((field) => !matches(field));
  return { ...message, headers: [...before, ...fresh, ...after] };
}

/** The message without any header field called `name`. */
export function withoutHeader<M extends SipMessage>(message: M, name: string): M {
  const matches = nameMatcher(name);
  return { ...message, headers: message.headers.filter((field) => !matches(field)) };
}

/**
 * The message with `value` as the new first field called `name`, before those it already has (a Via on the way out,
 * a Record-Route); before every other field when it has none.
 */
export function prependHeader<M extends SipMessage>(message: M, name: string, value: string | readonly string[]): M {
  const first = Math.max(0, message.headers.findIndex(nameMatcher(name)));
  return { ...message, headers: message.headers.toSpliced(first, 0, ...fieldsOf(name, value)) };
}

function fieldsOf(name: string, value: string | readonly string[]): HeaderField[] {
  const canonical = canonicalName(name);
  return (typeof value === 'string' ? [value] : value).map((each) => ({ name: canonical, value: each }));
}

/**
 * Known names are canonical in every message, so they compare by identity; only names outside the table need the
 * slower comparison without case.
 */
function nameMatcher(name: string): (field: HeaderField) => boolean {
  const canonical = canonicalName(name);
  const lower = canonical.toLowerCase();
  return (field) =>
    field.name === canonical || (field.name.length === lower.length && field.name.toLowerCase() === lower);
}
