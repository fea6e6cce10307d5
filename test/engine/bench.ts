import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { RawSipPeer, SDP, uriOf, type RawMessage, type RequestParts } from '../support/raw-sip-peer.ts';
import { engines, type EngineSource, type EngineUnderTest } from './engines.ts';
import { SrfApp, type Handler, type SrfDialog, type SrfRequest } from './srf-app.ts';

/** Declares one group of tests for each engine there is. */
export function describeEngines(subject: string, tests: (bench: Bench) => void): void {
  describe.each([...engines])(`${subject} ($kind engine)`, (source: EngineSource) => {
    const bench = new Bench(source);
    beforeAll(() => bench.open());
    afterEach(() => bench.clear());
    afterAll(() => bench.close());
    tests(bench);
  });
}

/** What a call looks like from the raw peer once it is up. */
export interface RawCall {
  /** Parts every further request of the caller shares. */
  readonly within: RequestParts & { readonly uri: string };
  readonly invite: string;
  readonly answer: RawMessage;
}

/** An engine with peers and applications around it that are gone after each test. */
export class Bench {
  readonly kind: EngineUnderTest['kind'];
  readonly #source: EngineSource;
  #engine: EngineUnderTest | undefined;
  readonly #peers: RawSipPeer[] = [];
  readonly #apps: SrfApp[] = [];

  constructor(source: EngineSource) {
    this.#source = source;
    this.kind = source.kind;
  }

  get engine(): EngineUnderTest {
    if (this.#engine === undefined) throw new Error('the engine is not started');
    return this.#engine;
  }

  get sip(): EngineUnderTest['sip'] {
    return this.engine.sip;
  }

  async open(): Promise<void> {
    this.#engine = await this.#source.start();
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }

  async clear(): Promise<void> {
    await Promise.all(this.#apps.splice(0).map((app) => app.close()));
    await Promise.all(this.#peers.splice(0).map((peer) => peer.close()));
  }

  async udpPeer(host?: string): Promise<RawSipPeer> {
    return this.#keep(await RawSipPeer.udp(host));
  }

  async tcpPeer(): Promise<RawSipPeer> {
    return this.#keep(await RawSipPeer.tcp());
  }

  /** An application with handlers by lower-case method. */
  async app(handlers: Record<string, Handler> = {}): Promise<SrfApp> {
    const app = await SrfApp.connect(this.engine.admin, handlers);
    this.#apps.push(app);
    return app;
  }

  /** An application that answers every INVITE; `dialog` waits for the next call it answered, `invite` for its INVITE. */
  async answeringApp(
    others: Record<string, Handler> = {},
  ): Promise<{ app: SrfApp; calls: Mailbox<SrfDialog>; invites: Mailbox<SrfRequest> }> {
    const calls = new Mailbox<SrfDialog>();
    const invites = new Mailbox<SrfRequest>();
    const app: SrfApp = await this.app({
      invite: (req, res) => {
        invites.put(req);
        app.srf.createUAS(req, res, { localSdp: SDP }, (error, dialog) => {
          if (error === null && dialog !== undefined) calls.put(dialog);
        });
      },
      ...others,
    });
    return { app, calls, invites };
  }

  /** The raw peer calls, and acknowledges the answer. */
  async call(peer: RawSipPeer, parts: RequestParts = {}): Promise<RawCall> {
    const invite = peer.request('INVITE', this.sip, { body: SDP, ...parts });
    await peer.send(invite, this.sip);
    const answer = await peer.next(200);
    const within = withinDialog(answer);
    await peer.send(peer.request('ACK', this.sip, { ...within, cseq: parts.cseq ?? 1 }), this.sip);
    return { within, invite, answer };
  }

  /** The application calls the raw peer, which answers with `toTag`. */
  async callOut(
    app: SrfApp,
    peer: RawSipPeer,
    toTag = 'callee',
  ): Promise<{ dialog: SrfDialog; invite: RawMessage; ack: RawMessage }> {
    const calling = app.srf.createUAC(peer.uri, { localSdp: SDP });
    const invite = await peer.next('INVITE');
    await peer.send(peer.reply(invite, 200, 'OK', { toTag, body: SDP }), this.sip);
    const [dialog, ack] = await Promise.all([calling, peer.next('ACK')]);
    return { dialog, invite, ack };
  }

  #keep(peer: RawSipPeer): RawSipPeer {
    this.#peers.push(peer);
    return peer;
  }
}

/** Things that arrive, for whoever asks, in order. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #takers: ((item: T) => void)[] = [];

  readonly put = (item: T): void => {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker(item);
  };

  async take(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return item;
    const { promise, resolve } = Promise.withResolvers<T>();
    this.#takers.push(resolve);
    return promise;
  }

  get size(): number {
    return this.#items.length;
  }
}

/** The parts that put a caller's further requests into the dialog an answer made. */
export const withinDialog = (answer: RawMessage): RequestParts & { uri: string } => ({
  uri: uriOf(answer.header('Contact')),
  callId: answer.header('Call-ID'),
  from: answer.header('From'),
  to: answer.header('To'),
});

/** The parts that put a callee's further requests into the dialog of an INVITE it answered. */
export const withinDialogOf = (invite: RawMessage, toTag: string): RequestParts & { uri: string } => ({
  uri: uriOf(invite.header('Contact')),
  callId: invite.header('Call-ID'),
  from: `${invite.header('To')};tag=${toTag}`,
  to: invite.header('From'),
});
