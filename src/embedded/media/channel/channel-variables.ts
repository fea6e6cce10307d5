/** A channel's variables, in the order they were first set. An empty value unsets, as FreeSWITCH's `set` does. */
export class ChannelVariables {
  readonly #values = new Map<string, string>();

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: string | undefined): void {
    if (value === undefined || value === '') this.#values.delete(name);
    else this.#values.set(name, value);
  }

  /** Whether it is set to what FreeSWITCH takes for yes. */
  isTrue(name: string): boolean {
    return /^(?:true|yes|on|enable|enabled|active|allow|[1-9]\d*)$/i.test(this.#values.get(name) ?? '');
  }

  /** Reads it as a number above zero; undefined where it is unset or none. */
  positive(name: string): number | undefined {
    const value = Number(this.#values.get(name));
    return Number.isFinite(value) && value > 0 ? value : undefined;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values.entries();
  }
}
