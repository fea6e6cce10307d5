import { canonicalName } from './header-fields.ts';
import type { HeaderField, SipMessage } from './sip-message.ts';

/**
 * The message as bytes for the wire (RFC 3261 §7). `Content-Length` always tells the body's true length: it replaces
 * the value the message carries, or is added last.
 *
 * @throws {RangeError} when a start line or header would bring a line break of its own: such text never comes from a
 *   parsed message, so it would be somebody's attempt to smuggle a header in.
 */
export function serializeMessage(message: SipMessage): Buffer {
  const length = String(message.body.length);
  let head = startLine(message);
  refuseLineBreak(head, 'start line');
  head += '\r\n';
  let hasLength = false;
  for (const field of message.headers) {
    const isLength = canonicalName(field.name) === 'Content-Length';
    if (isLength && hasLength) continue;
    hasLength ||= isLength;
    head += isLength ? `Content-Length: ${length}\r\n` : headerLine(field);
  }
  head += hasLength ? '\r\n' : `Content-Length: ${length}\r\n\r\n`;
  const headBytes = Buffer.byteLength(head);
  // Not out of Node's pool: transactions keep these bytes for half a minute, and each would keep 8 KB of pool with it.
  const bytes = Buffer.allocUnsafeSlow(headBytes + message.body.length);
  bytes.write(head, 'utf8');
  message.body.copy(bytes, headBytes);
  return bytes;
}

function startLine(message: SipMessage): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reason}`;
}

function headerLine({ name, value }: HeaderField): string {
  const line = `${name}: ${value}`;
  refuseLineBreak(line, `header ${name}`);
  return `${line}\r\n`;
}

function refuseLineBreak(text: string, where: string): void {
  if (!text.includes('\n') && !text.includes('\r')) return;
  throw new RangeError(
    `SIP ${where} contains a line break (CR or LF); remove it or escape it: ${JSON.stringify(text)}`,
  );
}
