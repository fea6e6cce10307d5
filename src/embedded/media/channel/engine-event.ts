/** What happened, in the words of FreeSWITCH's events: a name, headers in order, sometimes a body. */
export interface EngineEvent {
  /** `CHANNEL_ANSWER`, `DTMF`, `HEARTBEAT` … */
  readonly name: string;
  /** Every header, `Event-Name` first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body?: string;
}

/** Who hears events. */
export type EventListener = (event: EngineEvent) => void;

/** The engine's events, to everyone who listens, in the order they happened. */
export class EventStream {
  readonly #listeners = new Set<EventListener>();

  /** Begins to listen; the answer ends it. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  publish(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
