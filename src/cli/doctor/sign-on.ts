import { once } from 'node:events';
import { connect } from 'node:net';

/** How long a server on the same network may take for a few bytes. */
const PATIENCE_MS = 3_000;

/** What came of signing on to an engine's control port. */
export type SignOn =
  { readonly result: 'accepted' | 'refused' } | { readonly result: 'unreachable'; readonly reason: string };

/** A control port and who may use it. */
export interface ControlPort {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** Signs on to a drachtio-server: frames of `<bytes>#<message>`, the first of them `<id>|authenticate|<secret>|`. */
export function signOnToDrachtio(server: ControlPort): Promise<SignOn> {
  const message = `doctor|authenticate|${server.secret}|`;
  return signOn(server, `${Buffer.byteLength(message)}#${message}`, (said) => {
    const verdict = /\|response\|doctor\|(\w+)/.exec(said)?.[1];
    if (verdict === undefined) return undefined;
    return verdict === 'OK' ? 'accepted' : 'refused';
  });
}

/** Signs on to a FreeSWITCH: its event socket asks for the password, and answers `+OK` or `-ERR`. */
export function signOnToFreeSwitch(server: ControlPort): Promise<SignOn> {
  return signOn(server, `auth ${server.secret}\n\n`, (said) => {
    const verdict = /Reply-Text: ([+-])/.exec(said)?.[1];
    if (verdict !== undefined) return verdict === '+' ? 'accepted' : 'refused';
    // Its access list lets nobody from this address in, whatever they know.
    return said.includes('text/rude-rejection') ? 'refused' : undefined;
  });
}

async function signOn(
  { host, port }: ControlPort,
  greeting: string,
  judge: (said: string) => 'accepted' | 'refused' | undefined,
): Promise<SignOn> {
  const socket = connect({ host, port });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no answer in ${PATIENCE_MS / 1_000} s`)));
  try {
    await once(socket, 'connect');
    socket.write(greeting);
    let said = '';
    for await (const chunk of socket.setEncoding('utf8')) {
      said += String(chunk);
      const result = judge(said);
      if (result !== undefined) return { result };
    }
    return { result: 'unreachable', reason: 'the connection was closed without an answer' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { result: 'unreachable', reason: code ?? message };
  } finally {
    socket.destroy();
  }
}
