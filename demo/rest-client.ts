/** What the API answers with; the demo reads of it what it shows. */
export interface Created {
  readonly id: string;
}

/** Speaks to the running product as any program would: HTTP and a key. */
export class RestClient {
  readonly #base: string;
  readonly #key: string;

  constructor(http: string, key: string) {
    this.#base = `http://${http}/v1`;
    this.#key = key;
  }

  post(path: string, body: object): Promise<Created> {
    return this.#send('POST', path, body);
  }

  get<Answer>(path: string): Promise<Answer> {
    return this.#send('GET', path);
  }

  /** A file; null where it isn't there. */
  async download(path: string): Promise<Buffer | null> {
    const response = await fetch(this.#base + path, { headers: { authorization: `Bearer ${this.#key}` } });
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok ? bytes : null;
  }

  async #send<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(this.#base + path, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
