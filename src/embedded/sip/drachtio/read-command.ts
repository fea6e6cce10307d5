import { wireName, type AppMessage } from '../agent/app-message.ts';
import type { HeaderField } from '../message/sip-message.ts';

/** What an application may ask for. `id` names the message, and stands in the reply to it. */
export type Command =
  | { readonly kind: 'authenticate'; readonly id: string; readonly secret: string }
  | { readonly kind: 'route' | 'remove-route'; readonly id: string; readonly method: string }
  | { readonly kind: 'ping'; readonly id: string }
  | {
      readonly kind: 'sip';
      readonly id: string;
      /** The transaction a response answers or a CANCEL means; empty otherwise. */
      readonly transactionId: string;
      /** The dialog a request belongs to; empty otherwise. */
      readonly dialogId: string;
      /** URI of the server to send by, where the application wants one. */
      readonly routeUri: string | undefined;
      readonly message: AppMessage;
    }
  | { readonly kind: 'proxy'; readonly id: string }
  | { readonly kind: 'unknown'; readonly id: string; readonly reason: string };

const CRLF = '\r\n';

/** Reads one message of an application: `<id>|<verb>|<arguments…>`, and for SIP the message after the first line. */
export function readCommand(text: string): Command {
  const lineEnd = text.indexOf(CRLF);
  const tokens = (lineEnd < 0 ? text : text.slice(0, lineEnd)).split('|');
  const [id = '', verb, first = '', second = '', third] = tokens;
  switch (verb) {
    case 'authenticate':
      return { kind: 'authenticate', id, secret: first };
    case 'route':
      return { kind: 'route', id, method: first.toLowerCase() };
    case 'remove_route':
      return { kind: 'remove-route', id, method: first.toLowerCase() };
    case 'ping':
      return { kind: 'ping', id };
    case 'proxy':
      return { kind: 'proxy', id };
    case 'sip': {
      const message = lineEnd < 0 ? undefined : readAppMessage(text.slice(lineEnd + CRLF.length));
      if (message === undefined) return { kind: 'unknown', id, reason: 'Invalid message format' };
      return {
        kind: 'sip',
        id,
        transactionId: first,
        dialogId: second,
        routeUri: third === '' ? undefined : third,
        message,
      };
    }
    case undefined:
      return { kind: 'unknown', id, reason: 'Invalid message format' };
    default:
      return { kind: 'unknown', id, reason: 'Unknown message type' };
  }
}

/** A SIP message as applications write it: a start line, headers one to a line, a body after an empty line. */
function readAppMessage(text: string): AppMessage | undefined {
  const blank = text.indexOf(CRLF + CRLF);
  const head = blank < 0 ? text : text.slice(0, blank);
  const body = Buffer.from(blank < 0 ? '' : text.slice(blank + 2 * CRLF.length));
  const [startLine = '', ...lines] = head.split(CRLF);
  const headers = lines.flatMap(readHeader);
  const response = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/.exec(startLine);
  if (response !== null) {
    return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '', headers, body };
  }
  const request = /^([\w.!%*+`'~-]+) (\S+)(?: SIP\/2\.0)?$/.exec(startLine);
  if (request?.[1] === undefined || request[2] === undefined) return undefined;
  return { kind: 'request', method: request[1], uri: request[2], headers, body };
}

function readHeader(line: string): HeaderField[] {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim();
  // What has no name is no header; the production server drops such lines, too.
  if (!/^[\w.!%*+`'~-]+$/.test(name)) return [];
  return [{ name: wireName(name), value: line.slice(colon + 1).trim() }];
}
