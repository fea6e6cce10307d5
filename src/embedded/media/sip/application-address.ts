import { isIP } from 'node:net';
import { getHeader } from '../../sip/message/header-fields.ts';
import type { SipRequest } from '../../sip/message/sip-message.ts';
import { isLoopback } from '../../sip/transport/local-address.ts';
import { CallRefusal } from './refusal.ts';

/** Where an application listens for its call. */
export interface ApplicationAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The application an INVITE asks to be connected to. It has to be on loopback, or on `host`: nothing that comes by SIP
 * may have us connect to anywhere else.
 * @throws {CallRefusal} where there is none, or it may not be.
 */
export function readApplicationAddress(invite: SipRequest, host: string): ApplicationAddress {
  const agent = getHeader(invite, 'User-Agent') ?? '';
  const asked = getHeader(invite, 'X-esl-outbound') ?? '';
  const [, named = '', port = ''] = /^\[?([^\s\]]+?)\]?:(\d{1,5})$/.exec(asked.trim()) ?? [];
  if (!agent.startsWith('drachtio-fsmrf:') || named === '' || Number(port) > 65_535 || Number(port) === 0) {
    throw new CallRefusal(404, 'only drachtio-fsmrf calls here, with X-esl-outbound: <host>:<port>');
  }
  if (named !== host && named !== 'localhost' && !(isIP(named) !== 0 && isLoopback(named))) {
    throw new CallRefusal(403, `X-esl-outbound must be on loopback or ${host}, not ${named}`);
  }
  return { host: named, port: Number(port) };
}
