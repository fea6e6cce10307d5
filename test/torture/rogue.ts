import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { HostPort } from '../support/phone/addresses.ts';
import { mutate, type Dice } from './mutations.ts';

/** So many of its own last messages are kept, to be damaged in their turn. */
const REMEMBERED = 200;

/** Calls it remembers having acknowledged: an answer that is repeated is acknowledged again and no more. */
const REMEMBERED_CALLS = 1_000;

const SDP = ['v=0', 'o=- 1 1 IN IP4 127.0.0.3', 's=-', 'c=IN IP4 127.0.0.3', 't=0 0', 'm=audio 40000 RTP/AVP 0 101']
  .concat(['a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', 'a=sendrecv', ''])
  .join('\r\n');

/** Requests within a call, sound and unsound ones. */
const IN_DIALOG = [
  'INVITE',
  'UPDATE',
  'INFO',
  'OPTIONS',
  'REFER',
  'MESSAGE',
  'NOTIFY',
  'PRACK',
  'SUBSCRIBE',
  'PUBLISH',
].concat(['REGISTER', 'CANCEL', 'ACK', 'BYE', 'B%59E', 'ERROR']);

/** How a callee answers an INVITE, 2xx most often: what follows an answer is the richest. */
const ANSWERS = [
  100, 180, 183, 200, 200, 200, 200, 202, 299, 302, 401, 407, 422, 480, 486, 487, 491, 500, 503, 603, 699,
];

export interface RogueOptions {
  /** The loopback address it speaks from. */
  readonly host: string;
  readonly target: HostPort;
  readonly dice: Dice;
  /** Of its messages, so many of 1 are damaged. */
  readonly damaged: number;
  /** Told of each message that was damaged. */
  readonly onMutation: (bytes: Buffer) => void;
}

/**
 * A peer of ill will that takes part in real calls, as caller and as callee: it knows the names of its dialogs and
 * transactions, so that what it damages gets as far as any message can.
 */
export class Rogue {
  /** The last messages it meant to send, before any damage. */
  readonly sent: Buffer[] = [];
  readonly #options: RogueOptions;
  readonly #socket: Socket;
  readonly #acknowledged = new Set<string>();
  #nextId = 1;
  #isCalm = false;

  static async open(options: RogueOptions): Promise<Rogue> {
    const socket = createSocket('udp4');
    socket.bind(0, options.host);
    await once(socket, 'listening');
    return new Rogue(socket, options);
  }

  private constructor(socket: Socket, options: RogueOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (bytes) => this.#receive(bytes.toString('latin1')));
  }

  get address(): HostPort {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  get uri(): string {
    return `sip:rogue@${this.address.host}:${this.address.port}`;
  }

  /** From now on it says nothing of its own accord and answers as it should. */
  calmDown(): void {
    this.#isCalm = true;
  }

  /** Calls a number; what comes of it is left to chance. */
  call(number: string): void {
    const { host, port } = this.#options.target;
    const id = this.#newId();
    const uri = `sip:${number}@${host}:${port}`;
    this.#say(
      this.#request('INVITE', uri, { callId: id, from: `<${this.uri}>;tag=${id}`, to: `<${uri}>`, cseq: 1 }),
      0.3,
    );
  }

  /** Sends bytes as they are. */
  send(bytes: Buffer): void {
    const { host, port } = this.#options.target;
    // A datagram the kernel won't take is as lost as one the network drops.
    this.#socket.send(bytes, port, host, () => undefined);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #receive(text: string): void {
    const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
    if (status === undefined) this.#answer(text);
    else if (/^CSeq: \d+ INVITE/im.test(text)) this.#continue(text, Number(status));
  }

  /** As caller: acknowledges what is final and goes on in the call, or gives up while it rings. */
  #continue(response: string, status: number): void {
    const names = namesOf(response);
    const branch = /branch=([^;\s,]+)/.exec(response)?.[1];
    const target = /^Contact: <([^>]+)>/im.exec(response)?.[1] ?? `sip:${this.#options.target.host}`;
    if (status < 200) {
      if (status > 100 && this.#options.dice.chance(0.2)) this.#say(this.#request('CANCEL', target, names, branch));
      return;
    }
    const isFirst = !this.#acknowledged.has(names.callId);
    this.#acknowledged.add(names.callId);
    if (this.#acknowledged.size > REMEMBERED_CALLS) this.#acknowledged.clear();
    this.#say(
      this.#request('ACK', target, names, status < 300 ? undefined : branch),
      isFirst ? this.#options.damaged : 0,
    );
    if (isFirst && status < 300) this.#quarrel(target, names);
  }

  /** As callee: answers, soundly or not, perhaps more than once; a call it has taken it goes on in. */
  #answer(request: string): void {
    const { dice } = this.#options;
    const method = /^\S+/.exec(request)?.[0] ?? '';
    if (method === 'ACK') return;
    if (method !== 'INVITE') {
      this.#say(this.#response(request, 200));
      return;
    }
    const times = 1 + dice.below(3);
    for (let i = 0; i < times; i++) this.#say(this.#response(request, dice.pick(ANSWERS)));
    if (dice.chance(0.5)) this.#say(this.#response(request, dice.chance(0.5) ? 200 : 486), 0);
    const { callId, from, to, cseq } = namesOf(request);
    const target = /^Contact: <([^>]+)>/im.exec(request)?.[1] ?? '';
    this.#quarrel(target, { callId, from: tagged(to, callId), to: from, cseq });
  }

  /** Requests within a call, one after the other; more often than not the last is a sound BYE. */
  #quarrel(target: string, names: Names): void {
    const { dice } = this.#options;
    if (this.#isCalm) return;
    let { cseq } = names;
    for (let left = dice.below(5); left > 0; left--) {
      cseq += 1;
      this.#say(this.#request(dice.pick(IN_DIALOG), target, { ...names, cseq }));
    }
    if (dice.chance(0.7)) this.#say(this.#request('BYE', target, { ...names, cseq: cseq + 1 }), 0);
  }

  /** Sends a message, damaged with this chance. */
  #say(text: string, damaged = this.#options.damaged): void {
    const { dice, onMutation } = this.#options;
    const bytes = Buffer.from(text, 'latin1');
    this.sent.push(bytes);
    if (this.sent.length > REMEMBERED) this.sent.shift();
    if (this.#isCalm || !dice.chance(damaged)) {
      this.send(bytes);
      return;
    }
    const worse = mutate(bytes, dice, this.sent);
    onMutation(worse);
    this.send(worse);
  }

  /** `branch` is given where the request belongs to another's transaction. */
  #request(method: string, uri: string, { callId, from, to, cseq }: Names, branch = `z9hG4bK${this.#newId()}`): string {
    const { host, port } = this.address;
    const body = ['INVITE', 'UPDATE'].includes(method) ? SDP : '';
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${port};rport;branch=${branch}`,
      'Max-Forwards: 70',
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <${this.uri}>`,
      'Supported: timer, 100rel',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }

  #response(request: string, status: number): string {
    const { callId, from, to } = namesOf(request);
    const cseq = /^CSeq: .*$/im.exec(request)?.[0] ?? '';
    const body = cseq.endsWith('INVITE') && (status === 183 || (status >= 200 && status < 300)) ? SDP : '';
    const vias = Array.from(request.matchAll(/^Via: .*$/gim), ([line]) => line.trimEnd());
    return [
      `SIP/2.0 ${status} Whatever`,
      ...vias,
      `From: ${from}`,
      `To: ${tagged(to, callId)}`,
      `Call-ID: ${callId}`,
      cseq.trimEnd(),
      `Contact: <${this.uri}>`,
      ...(status === 401 || status === 407 ? [`${CHALLENGE_OF[status]}: Digest realm="x", nonce="y", qop="auth"`] : []),
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }

  #newId(): string {
    return `${this.address.port}x${this.#nextId++}`;
  }
}

const CHALLENGE_OF = { 401: 'WWW-Authenticate', 407: 'Proxy-Authenticate' } as const;

/** What every message of a call carries. */
interface Names {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly cseq: number;
}

/** The product's messages are well formed: a careless look finds everything. */
function namesOf(text: string): Names {
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(text)?.[1]?.trimEnd() ?? '';
  return { callId: header('Call-ID'), from: header('From'), to: header('To'), cseq: Number.parseInt(header('CSeq')) };
}

const tagged = (to: string, tag: string): string => (to.includes('tag=') ? to : `${to};tag=${tag}`);
