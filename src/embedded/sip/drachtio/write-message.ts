import { randomUUID } from 'node:crypto';
import type { Delivery, Sent } from '../agent/application-link.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import { frame } from './frames.ts';

/** A reply to one of the application's messages, without a SIP message. */
export function reply(commandId: string, verdict: 'OK' | 'NO' | 'NOK', text?: string): Buffer {
  return frame(`${randomUUID()}|response|${commandId}|${verdict}${text === undefined ? '' : `|${text}`}`);
}

/** The reply to a SIP message that was sent: the message itself comes back, as the engine completed it. */
export function sentReply(commandId: string, sent: Sent): Buffer {
  const described = describe({ ...sent, source: 'application' });
  // A response tells its dialog; of a request the application knows only the transaction.
  const names = sent.message.kind === 'response' ? `${sent.transactionId}|${sent.dialogId}|` : sent.transactionId;
  return frame(
    `${randomUUID()}|response|${commandId}|OK|${described}|${names}|Msg sent:|\r\n`,
    serializeMessage(sent.message),
  );
}

/** A SIP message for the application. */
export function delivery(note: Delivery): Buffer {
  const { transactionId, dialogId, receivedOn } = note;
  const on = receivedOn === undefined ? '' : `${receivedOn.host}|${receivedOn.port}|`;
  return frame(
    `${randomUUID()}|sip|${describe(note)}|${transactionId}|${dialogId}|${on}\r\n`,
    serializeMessage(note.message),
  );
}

/** `source|bytes|protocol|address|port|time`, as both kinds of message carry it. */
function describe({
  source,
  bytes,
  transport,
  peer,
}: Pick<Delivery, 'source' | 'bytes' | 'transport' | 'peer'>): string {
  return `${source}|${bytes}|${transport}|${peer.host}|${peer.port}|${timeOfDay()}`;
}

/** `HH:MM:SS.micros`, UTC. */
function timeOfDay(): string {
  const iso = new Date().toISOString();
  return `${iso.slice(11, 23)}000`;
}
