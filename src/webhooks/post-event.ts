import { Agent, request } from 'undici';

import type { Clock } from '../calls/ports/clock.ts';
import type { WebhookEventId } from '../domain/ids.ts';
import { elapsedMs } from '../domain/time.ts';
import type { PostOutcome } from '../domain/webhooks/judge-post.ts';
import type { AllowedHosts } from '../domain/webhooks/webhook-url.ts';
import { guardedConnect, RefusedHost, resolveBySystem, type ResolveHost } from './guarded-connect.ts';
import type { PostTarget } from './ports/delivery-store.ts';
import { signEvent } from './sign-event.ts';

/** What one post came to. */
export interface Posted extends PostOutcome {
  readonly tookMs: number;
  /** How the answer's body begins, for people; nothing is decided by it. Null where nothing was answered. */
  readonly answerStart: string | null;
}

export interface Poster {
  /** Posts one event, signed. Never rejects; what went wrong is in the outcome. `signal` calls it off. */
  post(
    target: Pick<PostTarget, 'url' | 'secrets'>,
    event: { readonly id: WebhookEventId; readonly body: string },
    signal?: AbortSignal,
  ): Promise<Posted>;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface PosterParts {
  readonly clock: Clock;
  readonly allowedHosts: AllowedHosts;
  /** Of the product, for User-Agent. */
  readonly version: string;
  readonly resolve?: ResolveHost;
}

/** From the first packet to the answer's headers and as much of its body as is looked at. */
const ANSWER_WITHIN_MS = 15_000;

/** Of an answer's body no more is read. */
const ANSWER_START_BYTES = 1_024;

/** Of an answer's headers no more is taken. */
const MOST_HEADER_BYTES = 16_384;

/** The longest text of an error that is kept. */
const MOST_ERROR_LENGTH = 200;

class TookTooLong extends Error {}

/** Posts events: signed, to where they may go, within bounds of time and memory, and never after a redirect. */
export function createPoster({ clock, allowedHosts, version, resolve = resolveBySystem }: PosterParts): Poster {
  const dispatcher = new Agent({
    connect: guardedConnect(allowedHosts, resolve),
    allowH2: false,
    maxHeaderSize: MOST_HEADER_BYTES,
    // One deadline, on the product's clock, bounds the whole instead.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return {
    async post({ url, secrets }, { id, body }, signal) {
      const startedAt = clock.now();
      const timestampS = Math.floor(startedAt.wall / 1_000);
      const off = new AbortController();
      const timer = clock.startTimer(ANSWER_WITHIN_MS, () => off.abort(new TookTooLong()));
      const callOff = (): void => off.abort();
      signal?.addEventListener('abort', callOff);
      const came = (outcome: PostOutcome, answerStart: string | null): Posted => {
        return { ...outcome, answerStart, tookMs: elapsedMs(startedAt.mono, clock.now().mono) };
      };
      try {
        const answering = request(url, {
          dispatcher,
          method: 'POST',
          signal: off.signal,
          headers: {
            'content-type': 'application/json',
            'user-agent': `Tollgate/${version}`,
            'webhook-id': id,
            'webhook-timestamp': String(timestampS),
            'webhook-signature': signEvent({ id, timestampS, body }, secrets),
          },
          body,
        });
        // The request itself hears its signal only once it has a connection.
        const answer = await Promise.race([answering, rejectedBy(off.signal)]);
        const { statusCode: status, headers } = answer;
        const retryAfter = typeof headers['retry-after'] === 'string' ? headers['retry-after'] : null;
        return came({ status, retryAfter, error: describeStatus(status) }, await readStart(answer.body));
      } catch (error) {
        return came({ status: null, retryAfter: null, error: describeFailure(error) }, null);
      } finally {
        timer.stop();
        signal?.removeEventListener('abort', callOff);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** Rejects when the signal is given. */
function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

/**
 * The first bytes of a body as text. The connection is closed on what is left. That a body breaks off, lies about its
 * length or takes too long is of no account: the status was the answer.
 */
async function readStart(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk.subarray(0, ANSWER_START_BYTES - bytes));
      bytes += chunk.length;
      if (bytes >= ANSWER_START_BYTES) break;
    }
  } catch {
    return decode(chunks);
  }
  return decode(chunks);
}

function decode(chunks: readonly Uint8Array[]): string {
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function describeStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
}

function describeFailure(error: unknown): string {
  if (error instanceof TookTooLong) return `no answer within ${ANSWER_WITHIN_MS / 1_000} s`;
  if (error instanceof RefusedHost) return error.message;
  if (!(error instanceof Error)) return String(error).slice(0, MOST_ERROR_LENGTH);
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? error.message : `${code}: ${error.message}`).slice(0, MOST_ERROR_LENGTH);
}
