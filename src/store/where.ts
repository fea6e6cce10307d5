/** A WHERE clause as it is put together: conditions that all must hold, and the values of their question marks in order. */
export class Where {
  readonly #conditions: string[] = [];
  readonly values: (string | number)[] = [];

  /** Adds a condition with as many question marks as values. */
  and(condition: string, ...values: readonly (string | number)[]): this {
    this.#conditions.push(condition);
    this.values.push(...values);
    return this;
  }

  /** Adds the conditions of those filters that are set, each of one question mark. A boolean is a 0 or a 1 in SQLite. */
  andFilters<Name extends string>(
    conditions: Readonly<Record<Name, string>>,
    filters: Readonly<Partial<Record<Name, string | number | boolean>>>,
  ): this {
    for (const name of Object.keys(conditions) as Name[]) {
      const value = filters[name];
      if (value !== undefined) this.and(conditions[name], typeof value === 'boolean' ? Number(value) : value);
    }
    return this;
  }

  /** With `WHERE` before it; empty where there is no condition. */
  get clause(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`;
  }
}
