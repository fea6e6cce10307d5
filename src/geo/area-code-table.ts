import type { Place } from './place-list.ts';

/** NXX from 200 to 999. */
const EXCHANGES = 800;
const FIRST = 200;

/** No place; places are numbered from 1 here. */
const NOWHERE = 0;

/** Where exchanges lie: one array slot for each NPA-NXX there can be, 1.3 MB. */
export class AreaCodeTable {
  private readonly slots = new Uint16Array(EXCHANGES * EXCHANGES);
  private readonly places: Place[];

  /** `text` has lines of `812 <place> <first NXX>-<last NXX>:<place> …`, the second place being for exchanges elsewhere. */
  constructor(text: string, places: readonly Place[]) {
    this.places = [...places];
    for (const line of text.trim().split('\n')) {
      const [npa, place, ...runs] = line.split(' ');
      const start = (Number(npa) - FIRST) * EXCHANGES;
      this.slots.fill(Number(place) + 1, start, start + EXCHANGES);
      for (const run of runs) {
        const [, first, last, elsewhere] = /^(\d+)-(\d+):(\d+)$/.exec(run) ?? [];
        this.slots.fill(Number(elsewhere) + 1, start + Number(first) - FIRST, start + Number(last) - FIRST + 1);
      }
    }
  }

  /** Puts a whole area code, given as three digits, at a place, whatever the text said of it. */
  put(npa: string, place: Place): void {
    this.places.push(place);
    const start = (Number(npa) - FIRST) * EXCHANGES;
    this.slots.fill(this.places.length, start, start + EXCHANGES);
  }

  /** The place of an exchange, given as three digits each; undefined for area codes without one. */
  find(npa: string, nxx: string): Place | undefined {
    const row = Number(npa) - FIRST;
    const column = Number(nxx) - FIRST;
    if (!(row >= 0 && row < EXCHANGES && column >= 0 && column < EXCHANGES)) return undefined;
    const slot = this.slots[row * EXCHANGES + column] ?? NOWHERE;
    return slot === NOWHERE ? undefined : this.places[slot - 1];
  }
}
