import { canonicalName } from '../message/header-fields.ts';
import type { HeaderField } from '../message/sip-message.ts';

/** A SIP message as the application wrote it: what it left out, the engine adds. */
export type AppMessage = AppRequest | AppResponse;

export interface AppRequest {
  readonly kind: 'request';
  readonly method: string;
  /** `sip:placeholder` within a dialog, where the dialog knows. */
  readonly uri: string;
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

export interface AppResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

/** Headers that are the engine's business in anything the application sends. */
const ENGINE_HEADERS = new Set(['Via', 'Route', 'Record-Route', 'RSeq', 'Content-Length']);

/** Headers every response takes from its request (RFC 3261 §8.2.6.2). */
const COPIED_HEADERS = new Set(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']);

/** Headers of a new request that the engine sets or completes. */
const REQUEST_HEADERS = new Set(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Contact', 'Content-Type']);

/** The value of one header the application gave, or undefined. */
export const appHeader = (message: AppMessage, name: string): string | undefined =>
  message.headers.find((field) => field.name === name)?.value;

/** The application's headers that go into a response as they are. */
export const responseExtras = (response: AppResponse): HeaderField[] =>
  response.headers.filter(({ name }) => !ENGINE_HEADERS.has(name) && !COPIED_HEADERS.has(name));

/** The application's headers that go into a request as they are. */
export const requestExtras = ({ headers }: Pick<AppRequest, 'headers'>): HeaderField[] =>
  headers.filter(({ name }) => !ENGINE_HEADERS.has(name) && !REQUEST_HEADERS.has(name));

/** A header line's name in its canonical spelling; others are capitalised, but `X-` names stay as they are. */
export function wireName(name: string): string {
  const canonical = canonicalName(name);
  if (canonical !== name || /^x-/i.test(name)) return canonical;
  return name.replace(/(^|-)([a-z])/g, (_match, dash: string, letter: string) => dash + letter.toUpperCase());
}

/**
 * The Content-Type of a body: the application's, or SDP's where it looks like SDP. Undefined for an empty body, and for
 * one whose type can't be told.
 */
export function contentType(message: AppMessage): string | undefined {
  if (message.body.length === 0) return undefined;
  return (
    appHeader(message, 'Content-Type') ??
    (message.body.subarray(0, 3).equals(SDP_START) ? 'application/sdp' : undefined)
  );
}

const SDP_START = Buffer.from('v=0');
