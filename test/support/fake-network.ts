import { vi } from 'vitest';
import type { AppRequest, AppResponse } from '../../src/embedded/sip/agent/app-message.ts';
import type { ApplicationLink, Delivery } from '../../src/embedded/sip/agent/application-link.ts';
import { UserAgent } from '../../src/embedded/sip/agent/user-agent.ts';
import type { CallJournal } from '../../src/embedded/sip/journal/call-journal.ts';
import { Locator } from '../../src/embedded/sip/locate/locate-server.ts';
import { parseMessage } from '../../src/embedded/sip/message/parse-message.ts';
import type { HeaderField } from '../../src/embedded/sip/message/sip-message.ts';
import { rfcTimers } from '../../src/embedded/sip/timers.ts';
import { readEssentials } from '../../src/embedded/sip/transaction/essentials.ts';
import type { Flow } from '../../src/embedded/sip/transport/flow.ts';
import { LocalAddress } from '../../src/embedded/sip/transport/local-address.ts';

/** An application that writes down what it is told. */
class FakeLink implements ApplicationLink {
  open = true;
  busy = false;
  readonly told: Delivery[] = [];

  deliver(delivery: Delivery): void {
    this.told.push(delivery);
  }

  /** The last thing told; an error where there was none. */
  get last(): Delivery {
    const last = this.told.at(-1);
    if (last === undefined) throw new Error('the application was told nothing');
    return last;
  }

  /** Start lines of all it was told, such as `INVITE` or `408`. */
  get lines(): string[] {
    return this.told.map(({ message }) => (message.kind === 'request' ? message.method : String(message.status)));
  }
}

/** A user agent between one application and one peer, on a fake clock: no socket, no thread, no waiting. */
export class FakeNetwork {
  readonly link = new FakeLink();
  readonly agent: UserAgent;
  /** All that was sent, as text, in order. */
  readonly sent: string[] = [];
  /** When set, nothing sent arrives, and the sender is told so. */
  isBroken = false;
  readonly #flow: Flow;

  /** @param journal where the agent puts down what its successor must know; it keeps nothing unless given */
  constructor(journal?: CallJournal) {
    const bound = { host: '192.0.2.1', port: 5060 };
    this.#flow = {
      transport: 'udp',
      remote: { host: '192.0.2.2', port: 5060 },
      open: true,
      send: (bytes, onError) => {
        if (this.isBroken) setImmediate(onError, new Error('broken'));
        else this.sent.push(bytes.toString());
      },
    };
    const names = { addresses: () => Promise.resolve([]), services: () => Promise.resolve([]) };
    this.agent = new UserAgent(
      { local: new LocalAddress(bound, undefined), bound, flowTo: () => this.#flow, refusedTcpLately: () => true },
      new Locator(names),
      rfcTimers,
      { pick: () => (this.link.open ? this.link : undefined) },
      journal,
    );
  }

  /** First lines of what was sent, requests by their method and responses by status and CSeq method: `200 INVITE`. */
  get lines(): string[] {
    return this.sent.map((text) => {
      const [first = '', second = ''] = text.split(' ');
      return first === 'SIP/2.0' ? `${second} ${/CSeq: \d+ (\w+)/.exec(text)?.[1]}` : first;
    });
  }

  /** The last message sent that begins so. */
  last(start: string): string {
    const found = this.sent.findLast((text) => text.startsWith(start));
    if (found === undefined) throw new Error(`nothing sent begins with ${start}: ${this.lines.join(' | ')}`);
    return found;
  }

  /** A message of the peer's, line by line; Content-Length is added. */
  receive(lines: readonly string[], body = ''): void {
    const bytes = Buffer.from([...lines, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(`unreadable: ${parsed.malformed.reason}`);
    const essentials = readEssentials(parsed.message);
    if (essentials === undefined) throw new Error('a header is missing');
    const shared = { essentials, flow: this.#flow, bytes: bytes.length };
    if (parsed.message.kind === 'request')
      this.agent.transactions.receiveRequest({ request: parsed.message, ...shared });
    else this.agent.transactions.receiveResponse({ response: parsed.message, ...shared });
  }

  /** A request of the peer's in the one call these tests have. */
  request(
    method: string,
    cseq: number,
    options: { toTag?: string; headers?: readonly string[]; body?: string; cseqMethod?: string; contact?: string } = {},
  ): void {
    this.receive(
      [
        `${method} sip:us@192.0.2.1 SIP/2.0`,
        `Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK-${method === 'CANCEL' ? 'INVITE' : method}-${cseq}`,
        'Max-Forwards: 70',
        'From: <sip:peer@192.0.2.2>;tag=peer',
        `To: <sip:us@192.0.2.1>${options.toTag === undefined ? '' : `;tag=${options.toTag}`}`,
        'Call-ID: call',
        `CSeq: ${cseq} ${options.cseqMethod ?? method}`,
        `Contact: <${options.contact ?? 'sip:peer@192.0.2.2:5060'}>`,
        ...(options.headers ?? []),
        ...(options.body === undefined ? [] : ['Content-Type: application/sdp']),
      ],
      options.body,
    );
  }

  /** The peer's answer to a request of ours. */
  reply(request: string, status: number, options: { toTag?: string; headers?: readonly string[] } = {}): void {
    const copied = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
    this.receive([
      `SIP/2.0 ${status} Whatever`,
      ...copied.map((line) =>
        line.startsWith('To:') && !line.includes('tag=') && options.toTag !== undefined
          ? `${line};tag=${options.toTag}`
          : line,
      ),
      'Contact: <sip:peer@192.0.2.2:5060>',
      ...(options.headers ?? []),
    ]);
  }

  /** The application answers what it was told last. */
  answer(status: number, headers: readonly HeaderField[] = [], body = ''): void {
    const response: AppResponse = { kind: 'response', status, reason: 'Whatever', headers, body: Buffer.from(body) };
    this.agent.answering.respond(this.link.last.transactionId, response);
  }

  /** The peer calls, the application answers; returns our tag. */
  callIn(headers: readonly HeaderField[] = [], inviteHeaders: readonly string[] = []): string {
    this.request('INVITE', 1, { body: 'v=0', headers: inviteHeaders });
    this.answer(200, headers, 'v=0 ours');
    const toTag = /^To: .*;tag=(\S+)/m.exec(this.last('SIP/2.0 200'))?.[1] ?? '';
    this.request('ACK', 1, { toTag });
    return toTag;
  }

  /** A time that also lets promises settle. */
  async wait(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }
}

/** A request as the application would write it. */
export const appRequest = (
  method: string,
  uri = 'sip:placeholder',
  headers: readonly HeaderField[] = [],
  body = '',
): AppRequest => ({
  kind: 'request',
  method,
  uri,
  headers,
  body: Buffer.from(body),
});
