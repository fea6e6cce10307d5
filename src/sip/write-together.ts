import type { Socket } from 'node:net';
import type { DrachtioClient } from './drachtio.ts';

/**
 * Lets what is written to the SIP server within one turn leave together: the library writes each message by itself, and
 * the system call costs more than the message. To be called once the client is connecting; holds for every link after
 * the first, too.
 */
export function writeTogether(client: DrachtioClient): void {
  client.app.client.wp.on('connect', (link: Socket) => {
    const write = link.write.bind(link);
    link.write = (...message: unknown[]): boolean => {
      if (link.writableCorked === 0) {
        link.cork();
        // After the promises of this turn, and before a commit that the turn has asked for: a reply waits for no disk.
        process.nextTick(() => link.uncork());
      }
      return Reflect.apply(write, link, message);
    };
  });
}
