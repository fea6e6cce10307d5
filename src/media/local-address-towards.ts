import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Any port will do: nothing is sent. */
const DISCARD_PORT = 9;

/**
 * The address of this machine that a host sees us by: that of the route to it, so the one it can reach us at where no
 * address is translated in between. Rejects where there is no route, or no such host.
 */
export async function localAddressTowards(host: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.connect(DISCARD_PORT, host);
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}
