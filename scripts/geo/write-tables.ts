import type { PlaceList } from './place-list.ts';
import type { AreaCodeRecord } from './read-area-codes.ts';
import type { ZipRecord } from './read-zips.ts';

/** Three decimals of a degree are a hundred yards: finer than any centroid. */
const THOUSANDTHS = 1000;

/** One line per ZIP: `94107 <place> <latitude> <longitude>` in thousandths of a degree, or without them. */
export function writeZips(zips: readonly ZipRecord[], places: PlaceList): string {
  const lines = zips.map(({ zip, place, centroid }) => {
    const head = `${zip} ${places.indexOf(place)}`;
    if (!centroid) return head;
    return `${head} ${Math.round(centroid.lat * THOUSANDTHS)} ${Math.round(centroid.lon * THOUSANDTHS)}`;
  });
  return lines.join('\n');
}

/** One line per area code: `812 <place>`, then ` <first NXX>-<last NXX>:<place>` for exchanges elsewhere. */
export function writeAreaCodes(areaCodes: readonly AreaCodeRecord[], places: PlaceList): string {
  return areaCodes
    .map(({ npa, place, exchanges }) => {
      const runs: { first: number; last: number; place: number }[] = [];
      for (const [nxx, elsewhere] of exchanges) {
        const index = places.indexOf(elsewhere);
        const previous = runs.at(-1);
        if (previous?.last === Number(nxx) - 1 && previous.place === index) previous.last = Number(nxx);
        else runs.push({ first: Number(nxx), last: Number(nxx), place: index });
      }
      return [`${npa} ${places.indexOf(place)}`, ...runs.map((run) => `${run.first}-${run.last}:${run.place}`)].join(
        ' ',
      );
    })
    .join('\n');
}

/** The rows of a prefix table, one a line, sorted by prefix. */
export function writePrefixes(rows: readonly (readonly (string | null)[])[]): string {
  return rows
    .map((row) => row.map((word) => word ?? '-').join(' '))
    .sort()
    .join('\n');
}

/** A module that exports one text. It is code so that it loads from src as from dist with no file to find. */
export function writeModule(name: string, text: string): string {
  if (/[`\\]|\$\{/.test(text)) throw new Error(`${name}: the text would not survive as a template literal.`);
  return `// Made by scripts/build-geo.mjs from third parties' data: see NOTICE. Do not edit.\nexport const ${name} = \`\n${text}\n\`;\n`;
}
