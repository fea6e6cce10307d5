import type { EngineEvent } from '../channel/engine-event.ts';

/** How a connection wants its events. */
export type EventFormat = 'plain' | 'json';

const GOODBYE = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n';

/** What a connection is greeted with that has to give the secret. */
export const authRequest = (): string => 'Content-Type: auth/request\n\n';

/** The answer to a command. */
export function commandReply(text: string, headers: readonly (readonly [string, string])[] = []): string {
  const more = headers.map(([name, value]) => `${name}: ${oneLine(value)}\n`).join('');
  return `Content-Type: command/reply\nReply-Text: ${oneLine(text)}\n${more}\n`;
}

/** The answer to `api`. */
export const apiResponse = (body: string): string => withBody('Content-Type: api/response\n', body);

/** An event. */
export function eventMessage(event: EngineEvent, format: EventFormat): string {
  const body = format === 'json' ? jsonEvent(event) : plainEvent(event);
  const length = Buffer.byteLength(body);
  return `Content-Length: ${length}\nContent-Type: text/event-${format}\n\n${body}`;
}

/** The answer to `connect`: what there is to know of the channel, in headers of the reply itself. */
export function channelData(headers: ReadonlyMap<string, string>): string {
  const tail = 'Content-Type: command/reply\nReply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n';
  return `${headerLines(headers)}${tail}`;
}

/** The last word to a connection that is being closed. */
export const goodbye = (): string => withBody('Content-Type: text/disconnect-notice\n', GOODBYE);

/** Says that the call is over and the connection will be closed, but not at once. */
export function lingerNotice(uuid: string, channelName: string, lingerS: number): string {
  const head = [
    'Content-Type: text/disconnect-notice',
    `Controlled-Session-UUID: ${uuid}`,
    'Content-Disposition: linger',
    `Channel-Name: ${oneLine(channelName)}`,
    `Linger-Time: ${lingerS}`,
    'Content-Length: 0',
  ];
  return `${head.join('\n')}\n\n`;
}

/** Header lines with their values percent-encoded, as events in plain text and channel data have them. */
export function headerLines(headers: ReadonlyMap<string, string>): string {
  let lines = '';
  for (const [name, value] of headers) lines += `${name}: ${encoded(value)}\n`;
  return lines;
}

/** An event as JSON; its body is `_body`. */
export function jsonEvent({ headers, body }: EngineEvent): string {
  const fields = Object.fromEntries(headers);
  if (body === undefined) return JSON.stringify(fields);
  return JSON.stringify({ ...fields, 'Content-Length': String(Buffer.byteLength(body)), _body: body });
}

function plainEvent({ headers, body }: EngineEvent): string {
  if (body === undefined) return `${headerLines(headers)}\n`;
  return withBody(headerLines(headers), body);
}

const withBody = (head: string, body: string): string => `${head}Content-Length: ${Buffer.byteLength(body)}\n\n${body}`;

/** As FreeSWITCH encodes: commas and slashes stay. */
const encoded = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replaceAll('%2F', '/').replaceAll('%2C', ',');

/** Readers take percent signs in a reply for encoding, and a line break for its end. */
const oneLine = (text: string): string => text.replaceAll('%', '%25').replaceAll(/[\r\n]+/g, ' ');
