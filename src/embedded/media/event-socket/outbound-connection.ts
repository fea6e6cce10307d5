import { connect } from 'node:net';
import type { Channel } from '../channel/channel.ts';
import { EventSocketSession, type SessionServices } from './session.ts';
import { lingerNotice } from './write-messages.ts';

/** How long an application may take to accept the connection. */
const CONNECT_MS = 5000;

/** The longest a connection stays after its call, whatever was asked for. */
const MAX_LINGER_S = 3600;

/**
 * Connects to the application a call names and lets it drive the call. The call ends where it can't be reached, or
 * closes the connection; the connection ends some time after the call, as the application says.
 */
export function connectOutbound(
  address: { readonly host: string; readonly port: number },
  channel: Channel,
  services: SessionServices,
): void {
  const socket = connect({ host: address.host, port: address.port, noDelay: true });
  const session = new EventSocketSession(socket, channel, () => 'let-through', services);
  const deadline = setTimeout(() => socket.destroy(), CONNECT_MS);
  socket.once('connect', () => clearTimeout(deadline));
  let linger: NodeJS.Timeout | undefined;
  socket.once('close', () => {
    clearTimeout(deadline);
    clearTimeout(linger);
    channel.hangup(socket.bytesRead === 0 ? 'DESTINATION_OUT_OF_ORDER' : 'NORMAL_CLEARING');
  });
  const leave = async (): Promise<void> => {
    await channel.ended;
    if (session.lingerS === 0) {
      session.close();
      return;
    }
    const lingerS = session.lingerS < 0 ? MAX_LINGER_S : Math.min(session.lingerS, MAX_LINGER_S);
    session.write(lingerNotice(channel.uuid, channel.facts.name, lingerS));
    linger = setTimeout(() => session.close(), lingerS * 1000);
  };
  void leave();
}
