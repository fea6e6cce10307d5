import type { EngineEvent } from '../channel/engine-event.ts';
import type { EventFormat } from './write-messages.ts';

/** Some clients ask for events by their name in FreeSWITCH's source; both names are understood. */
const PREFIX = 'SWITCH_EVENT_';

/** Filters a connection may set. */
const MAX_FILTERS = 200;

/** Which events a connection wants, and in what format. */
export class Subscription {
  format: EventFormat = 'plain';
  readonly #names = new Set<string>();
  readonly #subclasses = new Set<string>();
  readonly #filters = new Map<string, Set<string>>();
  #ownChannel: string | undefined;

  /** Wants these events too; after `CUSTOM` come subclasses. */
  add(words: readonly string[]): void {
    const { names, subclasses } = readNames(words);
    for (const name of names) this.#names.add(name);
    for (const subclass of subclasses) this.#subclasses.add(subclass);
  }

  /** Wants these no more. */
  remove(words: readonly string[]): void {
    const { names, subclasses } = readNames(words);
    for (const name of names) this.#names.delete(name);
    for (const subclass of subclasses) this.#subclasses.delete(subclass);
  }

  /** Wants everything that happens to one channel. */
  follow(uuid: string): void {
    this.#ownChannel = uuid;
  }

  /** Wants nothing. */
  clear(): void {
    this.#names.clear();
    this.#subclasses.clear();
    this.#ownChannel = undefined;
  }

  /** Lets only those events through that have this header, or one of the other filters'; false where there is no room. */
  addFilter(header: string, value: string): boolean {
    const values = this.#filters.get(header) ?? new Set<string>();
    if (values.size >= MAX_FILTERS || this.#filters.size >= MAX_FILTERS) return false;
    this.#filters.set(header, values.add(value.toLowerCase()));
    return true;
  }

  /** Takes back a filter; all of that header where no value is given, all there are for the header `all`. */
  deleteFilter(header: string, value: string | undefined): void {
    if (header === 'all') this.#filters.clear();
    const values = this.#filters.get(header);
    values?.delete(value?.toLowerCase() ?? '');
    if (value === undefined || values?.size === 0) this.#filters.delete(header);
  }

  wants(event: EngineEvent): boolean {
    if (this.#ownChannel !== undefined && event.headers.get('Unique-ID') === this.#ownChannel) return true;
    return this.#isSubscribed(event) && this.#passesFilters(event);
  }

  #isSubscribed({ name, headers }: EngineEvent): boolean {
    if (this.#names.has('ALL')) return true;
    return name === 'CUSTOM' ? this.#subclasses.has(headers.get('Event-Subclass') ?? '') : this.#names.has(name);
  }

  #passesFilters({ headers }: EngineEvent): boolean {
    if (this.#filters.size === 0) return true;
    for (const [header, values] of this.#filters) {
      const value = headers.get(header);
      if (value !== undefined && values.has(value.toLowerCase())) return true;
    }
    return false;
  }
}

function readNames(words: readonly string[]): { readonly names: string[]; readonly subclasses: string[] } {
  const names = words.map((word) => word.toUpperCase());
  const custom = names.indexOf('CUSTOM');
  const plain = custom === -1 ? names : names.slice(0, custom);
  return {
    names: plain.map((name) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)),
    subclasses: custom === -1 ? [] : words.slice(custom + 1),
  };
}
