import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** How the watchdog is set; milliseconds. */
export interface WatchdogPace {
  readonly everyMs: number;
  /** How many questions in a row may stay without an answer. */
  readonly misses: number;
}

const USUAL_PACE: WatchdogPace = { everyMs: 3_000, misses: 2 };

/**
 * Asks the SIP server by its own port, as a carrier would, whether calls get through: OPTIONS over UDP, from here by the
 * network to the server and by the link back to us, who answer it. What the link alone does not show is seen here: a
 * server that hangs, a socket nobody reads. Where no answer ever came (a server that is not to be reached from here) it
 * proves nothing and says nothing.
 */
export class SipWatchdog {
  readonly #socket: Socket;
  readonly #server: { readonly host: string; readonly port: number };
  readonly #pace: WatchdogPace;
  readonly #timer: NodeJS.Timeout;
  #hasAnswered = false;
  #unanswered = 0;

  /** Begins to ask at once; `server` as the server announces itself, where `0.0.0.0` stands for this machine. */
  static start(server: { readonly host: string; readonly port: number }, pace = USUAL_PACE): SipWatchdog {
    const any: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
    return new SipWatchdog({ host: any[server.host] ?? server.host, port: server.port }, pace);
  }

  private constructor(server: { readonly host: string; readonly port: number }, pace: WatchdogPace) {
    this.#server = server;
    this.#pace = pace;
    this.#socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4');
    // Nothing but answers come to this port; whichever it is, it came all the way.
    this.#socket.on('message', () => {
      this.#hasAnswered = true;
      this.#unanswered = 0;
    });
    // A port that refuses is no answer; the count says the rest.
    this.#socket.on('error', () => undefined);
    this.#socket.bind(0, () => this.#ask());
    this.#socket.unref();
    this.#timer = setInterval(() => this.#ask(), pace.everyMs);
    this.#timer.unref();
  }

  /** False when it has answered before and does so no more. */
  get isAnswering(): boolean {
    return !this.#hasAnswered || this.#unanswered <= this.#pace.misses;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #ask(): void {
    const { host, port } = this.#server;
    const server = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    const here = `${isIPv6(host) ? '[::1]' : '127.0.0.1'}:${this.#socket.address().port}`;
    const id = randomBytes(8).toString('hex');
    const request = [
      `OPTIONS sip:watchdog@${server} SIP/2.0`,
      `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${id};rport`,
      'Max-Forwards: 1',
      `From: <sip:watchdog@${here}>;tag=${id}`,
      `To: <sip:watchdog@${server}>`,
      `Call-ID: ${id}`,
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    this.#unanswered += 1;
    this.#socket.send(request, port, host, () => undefined);
  }
}
