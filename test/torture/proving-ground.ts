import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readHostPort, type HostPort } from '../support/phone/addresses.ts';
import { answers } from '../support/phone/behaviours.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { Phone } from '../support/phone/phone.ts';
import { DID, provision } from '../support/provision.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';

/** A probe that is not answered is sent once more after so long, and given up on after `PROBE_LIMIT_MS`. */
const PROBE_AGAIN_MS = 1_000;
const PROBE_LIMIT_MS = 10_000;

/**
 * Longer than anything lasts that nobody ends: 64·T1 for a transaction or an answer without its ACK (RFC 3261 §17), as
 * much again for the BYE that follows, and 180 s where an INVITE is left without an answer.
 */
const SETTLE_LIMIT_MS = 230_000;

/** The product asks itself, and its gateways, with OPTIONS every few seconds: so many transactions there always may be. */
const OWN_TRANSACTIONS = 25;

/** What the product says of itself. */
export interface Vitals {
  /** Of the application's thread. */
  readonly heapBytes: number;
  /** Of the whole process. */
  readonly residentBytes: number;
  readonly liveCalls: number;
  readonly callsReceived: number;
  readonly callsSettled: number;
  /** Defects caught anywhere. */
  readonly faults: number;
  /** What the SIP engine holds. */
  readonly transactions: number;
  readonly dialogs: number;
  readonly connections: number;
  readonly engineHeapBytes: number;
}

/**
 * The product in a process of its own, with one call up that lasts, and a carrier and a buyer who go on making calls
 * whatever else is done to its SIP port.
 */
export class ProvingGround {
  readonly tollgate: TollgateProcess;
  readonly carrier: Phone;
  readonly buyer: Phone;
  readonly sip: HostPort;
  /** How long each probe took, in milliseconds. */
  readonly probeMs: number[] = [];
  /** Good calls made, the one that lasts included. */
  goodCalls = 0;
  readonly #probes: Socket;
  #nextProbe = 1;
  #held: OutgoingCall | undefined;
  #ended = false;

  static async start(): Promise<ProvingGround> {
    const tollgate = await TollgateProcess.start({ env: { LOG_LEVEL: 'error' } });
    const carrier = await Phone.open({ name: 'carrier', remembers: false });
    const buyer = await Phone.open({ name: 'buyer', remembers: false, onCall: answers() });
    const probes = createSocket('udp4');
    probes.bind(0, '127.0.0.1');
    await once(probes, 'listening');
    const ground = new ProvingGround(tollgate, { carrier, buyer, probes });
    await provision(tollgate, [{ name: 'good', uri: buyer.uri }]);
    ground.#held = await ground.#callUp();
    return ground;
  }

  private constructor(tollgate: TollgateProcess, ends: { carrier: Phone; buyer: Phone; probes: Socket }) {
    this.tollgate = tollgate;
    this.carrier = ends.carrier;
    this.buyer = ends.buyer;
    this.#probes = ends.probes;
    this.sip = readHostPort(tollgate.sip);
    void tollgate.process.ended.then(() => (this.#ended = true));
  }

  /**
   * Asks with an OPTIONS whether the product is there, through engine and application; resolves once it has answered,
   * and with it all that was sent by UDP before has been read.
   */
  async probe(): Promise<void> {
    const began = performance.now();
    const id = `probe-${this.#nextProbe++}`;
    const request = this.#optionsNamed(id);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAnswer = (bytes: Buffer): void => {
      if (bytes.includes(`Call-ID: ${id}\r\n`)) resolve();
    };
    const send = (): void => this.#probes.send(request, this.sip.port, this.sip.host);
    const again = setInterval(send, PROBE_AGAIN_MS);
    const limit = setTimeout(() => reject(new Error(`no answer within ${PROBE_LIMIT_MS} ms`)), PROBE_LIMIT_MS);
    this.#probes.on('message', onAnswer);
    send();
    try {
      this.expectAlive();
      await Promise.race([promise, this.tollgate.process.ended]);
      this.expectAlive();
      this.probeMs.push(performance.now() - began);
    } finally {
      clearInterval(again);
      clearTimeout(limit);
      this.#probes.off('message', onAnswer);
    }
  }

  /** Makes one good call from first to last. Rejects where anything of it fails. */
  async call(): Promise<void> {
    const call = await this.#callUp();
    const { status } = await call.bye();
    if (status !== 200) throw new Error(`a good call's BYE was answered ${status}`);
  }

  /** Makes good calls, one after the other, until `work` is done. Rejects with the first failure of either. */
  async callThroughout(work: Promise<unknown>): Promise<void> {
    let calling = true;
    const done = work.finally(() => (calling = false));
    const callOn = async (): Promise<void> => {
      await this.call();
      if (calling) await callOn();
    };
    await Promise.all([done, callOn()]);
  }

  /** @throws Error where the process has ended, or has said anything on stderr */
  expectAlive(): void {
    const { stderr } = this.tollgate.process.output;
    if (this.#ended || stderr !== '')
      throw new Error(`the product ${this.#ended ? 'has died' : 'complains'}: ${stderr}`);
  }

  async vitals(): Promise<Vitals> {
    const text = String(await this.tollgate.api('GET', '/metrics'));
    const sum = (name: string): number =>
      Array.from(text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))).reduce(
        (total, [, value]) => total + Number(value),
        0,
      );
    return {
      heapBytes: sum('nodejs_heap_size_used_bytes'),
      residentBytes: sum('process_resident_memory_bytes'),
      liveCalls: sum('tollgate_calls_live'),
      callsReceived: sum('tollgate_calls_received_total'),
      callsSettled: sum('tollgate_calls_settled_total'),
      faults: sum('tollgate_faults_total'),
      transactions: sum('tollgate_sip_transactions'),
      dialogs: sum('tollgate_sip_dialogs'),
      connections: sum('tollgate_sip_connections'),
      engineHeapBytes: sum('tollgate_sip_engine_heap_bytes'),
    };
  }

  /** Ends every call but the one that lasts, as an operator can: rogues don't care to. */
  async hangUpOthers(): Promise<void> {
    const others: string[] = [];
    for (let query = '', more = true; more;) {
      const { data, nextCursor } = (await this.tollgate.get(`/live-calls?limit=500${query}`)) as {
        data: readonly { id: string; did: string }[];
        nextCursor: string | null;
      };
      others.push(...data.filter(({ did }) => did !== DID).map(({ id }) => id));
      query = `&cursor=${nextCursor}`;
      more = nextCursor !== null;
    }
    // One that has ended by itself meanwhile is as good.
    await Promise.allSettled(others.map((id) => this.tollgate.post(`/live-calls/${id}/hangup`, {})));
  }

  /**
   * Waits until nothing is left of what was done: no call but the one that lasts, no dialog but its two, no transaction
   * but the product's own, no connection. Bounded polling; rejects with what is left where it doesn't go away.
   */
  async settle(): Promise<Vitals> {
    const deadline = performance.now() + SETTLE_LIMIT_MS;
    for (;;) {
      const now = await this.vitals();
      const { liveCalls, transactions, dialogs, connections } = now;
      if (liveCalls === 1 && transactions <= OWN_TRANSACTIONS && dialogs === 2 && connections === 0) return now;
      if (performance.now() > deadline)
        throw new Error(`after ${SETTLE_LIMIT_MS} ms there is left ${JSON.stringify(now)}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /**
   * Ends the call that lasted all through, and looks at the books: every good call is in them, connected and hung up by
   * its caller, and no call whatsoever is left open.
   */
  async expectBooksInOrder(): Promise<void> {
    const held = this.#held;
    if (held === undefined || held.has('ended')) throw new Error('the call that was to last has ended');
    const { status } = await held.bye();
    if (status !== 200) throw new Error(`the lasting call's BYE was answered ${status}`);
    const cdrs = await this.tollgate.waitForCdrs(this.goodCalls);
    const good = cdrs.filter((cdr) => cdr.did === DID);
    const odd = good.filter(({ outcome, hangupBy }) => outcome !== 'connected' || hangupBy !== 'caller');
    if (good.length !== this.goodCalls || odd.length > 0) {
      throw new Error(`${good.length} CDRs of ${this.goodCalls} good calls, wrong are ${JSON.stringify(odd)}`);
    }
    const { callsReceived, callsSettled, faults, liveCalls } = await this.vitals();
    if (callsReceived !== callsSettled || callsSettled !== cdrs.length || faults > 0 || liveCalls > 0) {
      const counts = { callsReceived, callsSettled, cdrs: cdrs.length, faults, liveCalls };
      throw new Error(`the books don't add up: ${JSON.stringify(counts)}`);
    }
    this.expectAlive();
  }

  async stop(): Promise<void> {
    this.#probes.close();
    await this.carrier.close();
    await this.buyer.close();
    await this.tollgate.stop();
  }

  async #callUp(): Promise<OutgoingCall> {
    const call = this.carrier.call({ to: `sip:${DID}@${this.tollgate.sip}` });
    await call.waitFor('confirmed', { timeoutMs: PROBE_LIMIT_MS });
    this.goodCalls += 1;
    return call;
  }

  #optionsNamed(id: string): string {
    const { address, port } = this.#probes.address();
    return [
      `OPTIONS sip:${this.tollgate.sip} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${port};rport;branch=z9hG4bK${id}`,
      `From: <sip:probe@${address}>;tag=${id}`,
      `To: <sip:${this.tollgate.sip}>`,
      `Call-ID: ${id}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 70',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  }
}
