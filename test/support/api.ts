import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';

import type { ApiDeps, MediaServersInUse } from '../../src/api/ports.ts';
import { CallFeed } from '../../src/calls/call-feed.ts';
import type { LiveCall } from '../../src/calls/live-calls.ts';
import { createReaderHere } from '../../src/api/reading/read-here.ts';
import { createApi } from '../../src/api/server.ts';
import type { CallId, WebhookEventId } from '../../src/domain/ids.ts';
import type { EpochMs, MonoMs } from '../../src/domain/time.ts';
import { webhookUrlProblem } from '../../src/domain/webhooks/webhook-url.ts';
import { createGazetteer } from '../../src/geo/gazetteer.ts';
import { PromptFiles } from '../../src/prompts/prompt-files.ts';
import type { ApiRole } from '../../src/store/api-keys.ts';
import type { Store } from '../../src/store/open-store.ts';
import { noFiles } from './erasures.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { temporaryStore } from './temporary-store.ts';

/** Anything the API answers with; tests say what they look for in it. */
// eslint-disable-next-line typescript/no-explicit-any -- answers are read by what the test expects
export type Json = any;

const START = Date.parse('2026-11-21T15:00:00.000Z');
const gazetteer = createGazetteer();

/** The API over a store in memory, with a clock that stands still until told, spoken to without a network. */
export interface TestApi {
  readonly app: FastifyInstance;
  readonly store: Store;
  /** Calls in progress: what a test puts here is live. */
  readonly live: LiveCall[];
  /** Those that were asked to hang up. */
  readonly hungUp: CallId[];
  /** What becomes of calls, as clients of `/v1/events` get it. */
  readonly feed: CallFeed;
  /** Lets time pass. */
  advance(ms: number): void;
  /** A key of this role. */
  keyFor(role: ApiRole): Promise<string>;
  /** One request, as admin unless headers say otherwise. `body` goes as JSON, unless it is text or bytes already. */
  request(
    method: string,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  /** As `request`, failing where the status is another. Gives the parsed body. */
  expect(status: number, method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<Json>;
}

/** Builds one for the running test. `wrap` is given all that it leans on, and gives what it is to lean on instead. */
export async function startTestApi(
  changes: Partial<ApiDeps> = {},
  wrap: (deps: ApiDeps) => ApiDeps = (deps) => deps,
): Promise<TestApi> {
  let passedMs = 0;
  const wall = (): EpochMs => (START + passedMs) as EpochMs;
  const store = temporaryStore(wall);
  const clock = {
    now: () => ({ wall: wall(), mono: passedMs as MonoMs }),
    startTimer: () => ({ stop: () => undefined }),
  };
  const live: LiveCall[] = [];
  const feed = new CallFeed({ clock, stateOf: () => undefined });
  const hungUp: CallId[] = [];
  const deps: ApiDeps = {
    resources: store.resources,
    calls: store.queries,
    dispositions: store.dispositions,
    proposals: store.proposals,
    currency: 'USD',
    keys: store.keys,
    ledger: store.ledger,
    idempotency: store.idempotency,
    webhooks: store.webhooks,
    deliveryLog: store.deliveryLog,
    pingWebhook: async (id) => {
      await store.webhooks.get(id);
      return { eventId: 'evt_ping' as WebhookEventId, status: 200, error: null, tookMs: 1, answerStart: 'ok' };
    },
    webhookUrlProblem: (url) => webhookUrlProblem(url, new Set(['127.0.0.1'])),
    conversions: store.conversions,
    erasures: { ...store.erasures, erase: (order) => store.erasures.erase(order, noFiles) },
    audit: store.audit,
    reader: createReaderHere(store),
    capUse: () => [],
    changes: store.changes,
    live: {
      list: () => live,
      hangup(id) {
        if (!live.some((call) => call.id === id)) return false;
        hungUp.push(id);
        return true;
      },
      pauseRecording: (id) => Promise.resolve(live.some((call) => call.id === id) || undefined),
    },
    feed,
    prompts: store.prompts,
    promptFiles: new PromptFiles({ dataDir: temporaryFolder(), register: store.prompts }),
    mediaServers: mediaServers(),
    recordings: { fileOf: () => undefined, remove: () => Promise.resolve(false) },
    gatewaysOf: () => undefined,
    decide: () => Promise.resolve(undefined),
    health: {
      live: () => true,
      ready: () => Promise.resolve({ ready: true, checks: { sip: 'ok', store: 'ok', media: 'unused' } }),
    },
    metrics: () => Promise.resolve('tollgate_calls_live 0\n'),
    onAnswered: () => undefined,
    gazetteer,
    mediaServer: false,
    clock,
    logger: pino({ level: 'silent' }),
    version: '0.0.0-test',
    ...changes,
  };
  const app = await createApi(wrap(deps));
  onTestFinished(() => app.close());
  const keyFor = async (role: ApiRole): Promise<string> => (await store.keys.create({ name: role, role })).key;
  const adminKey = await keyFor('admin');

  const request: TestApi['request'] = (method, url, body, headers = {}) =>
    app.inject({
      method: method as 'GET',
      url,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isWritten(body) ? body : JSON.stringify(body) }),
    });

  return {
    app,
    store,
    live,
    hungUp,
    feed,
    advance(ms) {
      passedMs += ms;
    },
    keyFor,
    request,
    async expect(status, method, url, body, headers) {
      const response = await request(method, url, body, headers);
      if (response.statusCode !== status) {
        throw new Error(`${method} ${url} → ${response.statusCode} where ${status} was expected: ${response.body}`);
      }
      return response.body === '' ? undefined : response.json();
    },
  };
}

function isWritten(body: unknown): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

/** One media server, which can be drained. */
function mediaServers(): MediaServersInUse {
  let state: 'up' | 'draining' = 'up';
  return {
    list: () => [{ name: 'media.example:8021', state, sessions: 2, maxSessions: 1_000, calls: 1 }],
    drain(name, draining) {
      if (name !== 'media.example:8021') return false;
      state = draining ? 'draining' : 'up';
      return true;
    },
  };
}
