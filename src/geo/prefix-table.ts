import { orNull } from './place-list.ts';

/** Values by the beginning of a text, the longest that is known. */
export class PrefixTable {
  private readonly rows = new Map<string, readonly (string | null)[]>();
  private readonly longest: number;

  /** `text` has lines of a prefix and its values, a dash for null. */
  constructor(text: string) {
    for (const line of text.trim().split('\n')) {
      const [prefix = '', ...values] = line.split(' ');
      this.rows.set(prefix, values.map(orNull));
    }
    this.longest = Math.max(...Array.from(this.rows.keys(), (prefix) => prefix.length));
  }

  /** The values of the longest prefix that begins the text. */
  find(text: string): readonly (string | null)[] | undefined {
    for (let length = Math.min(this.longest, text.length); length > 0; length--) {
      const values = this.rows.get(text.slice(0, length));
      if (values) return values;
    }
    return undefined;
  }
}
