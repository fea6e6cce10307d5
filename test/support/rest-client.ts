import type { Cdr } from '../../src/domain/call/cdr.ts';

/** The admin key that every product under test is given. */
export const ADMIN_KEY = 'an-admin-key-for-tests-of-forty-characters';

/** Anything the API answers with; tests say what they look for in it. */
// eslint-disable-next-line typescript/no-explicit-any -- answers of another program are read by what the test expects
export type Json = any;

/** An answer that wasn't what was asked for. */
class ApiRefusal extends Error {
  readonly status: number;
  readonly problem: Json;

  constructor(line: string, status: number, problem: Json) {
    super(`${line} → ${status} ${JSON.stringify(problem)}`);
    this.status = status;
    this.problem = problem;
  }
}

/** How many CDRs one page holds: the most that the API gives. */
const PAGE = 500;

/** The product's API as its users speak to it, over HTTP, with an admin key. */
export abstract class RestClient {
  /** `host:port` of the API. */
  abstract get http(): string;

  /** One request; rejects with `ApiRefusal` where the answer isn't 2xx. */
  async api(method: string, path: string, body?: Json): Promise<Json> {
    const response = await fetch(`http://${this.http}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: Json = text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (!response.ok) throw new ApiRefusal(`${method} ${path}`, response.status, answer);
    return answer;
  }

  post(path: string, body: Json): Promise<Json> {
    return this.api('POST', `/v1${path}`, body);
  }

  get(path: string): Promise<Json> {
    return this.api('GET', `/v1${path}`);
  }

  patch(path: string, body: Json): Promise<Json> {
    return this.api('PATCH', `/v1${path}`, body);
  }

  /** All CDRs, newest first, those of open calls too. */
  async cdrs(): Promise<readonly Cdr[]> {
    const all: Cdr[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await this.get(`/calls?limit=${PAGE}${after}`)) as { data: Cdr[]; nextCursor: string | null };
      all.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return all;
  }

  /** Resolves to the CDRs, newest first, once there are that many and none is open. Bounded polling. */
  async waitForCdrs(count: number, withinMs = 8_000): Promise<readonly Cdr[]> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const cdrs = await this.cdrs();
      if (cdrs.length >= count && cdrs.every((cdr) => cdr.endedAt !== null)) return cdrs;
      if (Date.now() > deadline) throw new Error(`${cdrs.length} CDRs after ${withinMs} ms: ${JSON.stringify(cdrs)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** As `waitForCdrs` for the one call there is. */
  async onlyCdr(): Promise<Cdr> {
    const [cdr, ...others] = await this.waitForCdrs(1);
    if (!cdr || others.length > 0) throw new Error(`${others.length + 1} CDRs where one was expected`);
    return cdr;
  }
}
