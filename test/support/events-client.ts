import type { Json } from './rest-client.ts';

/** One event of `GET /v1/events`. */
export interface ReceivedEvent {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: Json;
}

/** A stream that says nothing for so long, where more is waited for, has nothing more to say. */
const PATIENCE_MS = 12_000;

/** A client of `GET /v1/events` over a real connection, which reads as far as it is told to. */
export class EventsClient {
  readonly status: number;
  readonly headers: Headers;
  readonly #leaving: AbortController;
  readonly #reader: ReadableStreamDefaultReader<string> | undefined;
  #text = '';
  /** Of all that was read, for whoever asks what happened. */
  readonly #types: string[] = [];

  /** Connects to the stream at this URL. */
  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<EventsClient> {
    const leaving = new AbortController();
    return new EventsClient(await fetch(url, { headers, signal: leaving.signal }), leaving);
  }

  private constructor(response: Response, leaving: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#leaving = leaving;
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Reads until this many events, beside ids and comments, have come. */
  async take(count: number): Promise<readonly ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    while (events.length < count) events.push(await this.#next());
    return events;
  }

  /** Reads until one has come that is the last to be wanted. */
  async takeUntil(isLast: (event: ReceivedEvent) => boolean): Promise<readonly ReceivedEvent[]> {
    const events = [await this.#next()];
    while (!isLast(events.at(-1) as ReceivedEvent)) events.push(await this.#next());
    return events;
  }

  /** What was not read, as text, once the other side has closed. */
  async rest(): Promise<string> {
    while (await this.#read());
    return this.#text;
  }

  /** Drops the connection. */
  async close(): Promise<void> {
    await this.#reader?.cancel().catch(() => undefined);
    this.#leaving.abort();
  }

  async #next(): Promise<ReceivedEvent> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        if (!(await this.#read())) throw new Error('the stream ended while more was waited for');
        continue;
      }
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data === undefined) continue;
      const type = field('event') ?? '';
      this.#types.push(type);
      return { type, id: field('id'), data: JSON.parse(data) };
    }
  }

  async #read(): Promise<boolean> {
    const patience = setTimeout(() => {
      this.#leaving.abort(new Error(`nothing came for ${PATIENCE_MS} ms after [${this.#types.join(', ')}]`));
    }, PATIENCE_MS);
    try {
      const { done = true, value = '' } = (await this.#reader?.read()) ?? {};
      this.#text += value;
      return !done;
    } finally {
      clearTimeout(patience);
    }
  }
}
