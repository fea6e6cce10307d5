import type { Place } from '../../src/geo/place-list.ts';

/** Numbers each distinct place, so that tables can name it by a small integer. */
export class PlaceList {
  private readonly indexes = new Map<string, number>();

  indexOf({ country, state, timezone }: Place): number {
    const line = `${country} ${state ?? '-'} ${timezone ?? '-'}`;
    const known = this.indexes.get(line);
    if (known !== undefined) return known;
    this.indexes.set(line, this.indexes.size);
    return this.indexes.size - 1;
  }

  /** One line per place, in the order of their numbers. */
  toText(): string {
    return [...this.indexes.keys()].join('\n');
  }
}
