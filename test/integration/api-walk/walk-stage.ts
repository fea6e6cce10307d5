import { writeFileSync } from 'node:fs';

import type { ApiLimits } from '../../../src/api/ports.ts';
import { explainRoute } from '../../../src/calls/explain-route.ts';
import type { LiveCall } from '../../../src/calls/live-calls.ts';
import type { Cdr } from '../../../src/domain/call/cdr.ts';
import type { CallId } from '../../../src/domain/ids.ts';
import { buildRoutingSnapshot } from '../../../src/domain/routing/routing-snapshot.ts';
import { createGazetteer } from '../../../src/geo/gazetteer.ts';
import { RecordingFiles } from '../../../src/recordings/recording-files.ts';
import type { ApiRole } from '../../../src/store/api-keys.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { ApiSamples } from '../../support/api-samples.ts';
import { draftCdr, SAMPLE_INSTANT } from '../../support/sample-call.ts';
import { settleCall } from '../../support/settle-call.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { pcm16, sine, wavFile } from '../../support/wav-files.ts';
import { BreakableDeps } from './breakable-deps.ts';
import type { Operation } from './operations.ts';

/** What is asked of an operation. */
export interface Ask {
  /** Of its path. */
  readonly params?: Readonly<Record<string, string>>;
  /** With its question mark. */
  readonly query?: string;
  /** Sent as JSON, unless it is text or bytes already. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** No key is shown. */
  readonly withoutKey?: true;
}

/** The kinds of roles. */
export type Holder = 'admin' | 'operator' | 'viewer' | 'buyer' | 'publisher';

/** What came back. */
export interface Answer {
  readonly status: number;
  /** Its content type, without parameters; empty where it has no body. */
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const gazetteer = createGazetteer();

/** The API over a store in memory, everything else it leans on being there, with all that is needed to ask it. */
export class WalkStage {
  readonly api: TestApi;
  readonly samples: ApiSamples;
  readonly deps: BreakableDeps;
  readonly #authorization: string;
  readonly #recordings: RecordingFiles;
  #count = 0;
  #owners: Partial<Cdr> = {};

  static async set(limits: Partial<ApiLimits> = {}): Promise<WalkStage> {
    const deps = new BreakableDeps();
    const dataDir = temporaryFolder();
    const api: TestApi = await startTestApi(
      {
        mediaServer: true,
        limits: { requestsPerKeyPerMinute: 0, ...limits },
        recordings: { fileOf: (id) => recordings.fileOf(id), remove: (id) => recordings.remove(id) },
        async decide(question) {
          const snapshot = buildRoutingSnapshot(await api.store.resources.readPlan(), gazetteer);
          return explainRoute({ at: SAMPLE_INSTANT, seed: 1, ...question }, snapshot, api.store.readView());
        },
      },
      deps.wrap,
    );
    const recordings = new RecordingFiles({ dataDir, register: api.store.recordings, onTrouble: fail });
    return new WalkStage(api, deps, recordings, `Bearer ${await api.keyFor('admin')}`);
  }

  private constructor(api: TestApi, deps: BreakableDeps, recordings: RecordingFiles, authorization: string) {
    this.api = api;
    this.samples = new ApiSamples(api);
    this.deps = deps;
    this.#recordings = recordings;
    this.#authorization = authorization;
  }

  /** Another number with each. */
  next(): number {
    this.#count += 1;
    return this.#count;
  }

  /** From here on, every call that is settled is of these parties, unless it says otherwise. */
  giveCallsTo(owners: Pick<Cdr, 'buyerId' | 'publisherId'>): void {
    this.#owners = owners;
  }

  /** A call that was billed and paid for, two minutes of talk. Gives its id. */
  async settledCall(fields: Partial<Cdr> = {}): Promise<CallId> {
    const { id } = await settleCall(this.api.store, `call_${this.next()}`, { ...this.#owners, ...fields });
    return id;
  }

  /** A settled call whose recording there is. */
  async recordedCall(): Promise<CallId> {
    const id = `call_${this.next()}` as CallId;
    const begun = await this.#recordings.begin(id, SAMPLE_INSTANT);
    writeFileSync(begun.path, TONE);
    await settleCall(this.api.store, id, { ...this.#owners, recordingId: begun.recordingId });
    await this.#recordings.finish(id, begun);
    return id;
  }

  /** A call in progress, ringing its first buyer. Gives its id. */
  liveCall(): CallId {
    const { id, did, trunkId, campaignId, publisherId, receivedAt } = draftCdr(`call_${this.next()}`);
    const target = { buyerId: 'byr_1', destinationId: 'dst_1', routeId: 'rte_1' } as LiveTarget;
    const call = { id, state: 'ringing', did, ani: 'anonymous', trunkId, campaignId, publisherId, receivedAt } as const;
    this.api.live.push({ ...call, ...target, connectedAt: null });
    return id;
  }

  /** The header that shows a key of such a role; of a buyer or publisher that has no calls. */
  async keyOf(kind: Holder): Promise<{ readonly authorization: string }> {
    const id = kind === 'buyer' || kind === 'publisher' ? `:${(await this.samples.create(`${kind}s`)).id}` : '';
    return { authorization: `Bearer ${await this.api.keyFor(`${kind}${id}` as ApiRole)}` };
  }

  /** The header of a request from an address that nobody else asks from. */
  elsewhere(): { readonly 'x-forwarded-for': string } {
    return { 'x-forwarded-for': `203.0.113.${this.next() % 256}` };
  }

  /** Asks, as admin unless something else is said. Of what never ends by itself, the first piece will do. */
  async send({ method, path }: Pick<Operation, 'method' | 'path'>, ask: Ask = {}): Promise<Answer> {
    const { body } = ask;
    const url = urlOf(path, ask);
    const payload =
      body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const options = {
      method: method as 'GET',
      url,
      headers: {
        ...(ask.withoutKey ? {} : { authorization: this.#authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...ask.headers,
      },
      ...(payload === undefined ? {} : { payload }),
    };
    const response = await this.api.app.inject({ ...options, payloadAsStream: true });
    const text = [];
    for await (const piece of response.stream().setEncoding('utf8')) {
      text.push(String(piece));
      if (typeOf(response.headers) === 'text/event-stream') break;
    }
    return {
      status: response.statusCode,
      type: typeOf(response.headers),
      body: text.join(''),
      headers: response.headers,
    };
  }
}

/** Path and query of an ask; parameters that it doesn't name lead to nothing. */
export function urlOf(path: string, { params = {}, query = '' }: Ask): string {
  return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(params[name] ?? 'none')) + query;
}

type LiveTarget = Pick<LiveCall, 'buyerId' | 'destinationId' | 'routeId'>;

function typeOf({ 'content-type': type }: Readonly<Record<string, unknown>>): string {
  return typeof type === 'string' ? (type.split(';', 1)[0] ?? '') : '';
}

/** Nothing goes wrong behind the back of a walk. */
function fail(callId: string, error: unknown): void {
  throw new Error(`The recording of ${callId} is not what it should be`, { cause: error });
}

/** A twentieth of a second of a tone, as any prompt or recording might be. */
export const TONE = wavFile(pcm16(sine(1_000, 8_000, 0.05)));
