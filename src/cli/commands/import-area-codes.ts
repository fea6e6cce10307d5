import { readFileSync } from 'node:fs';

import type { Command } from 'commander';

import { areaCodesFileIn, readImportedAreaCodes, writeImportedAreaCodes } from '../../geo/imported-area-codes.ts';
import { placeAreaCodes } from '../../geo/place-area-codes.ts';
import type { Place } from '../../geo/place-list.ts';
import { readNanpaReport, type ReportProblem } from '../../geo/read-nanpa-report.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { readSettings } from '../read-settings.ts';
import type { Screen } from '../terminal.ts';

/** What an import came to. */
interface Imported {
  readonly file: string;
  /** Area codes in the report. */
  readonly read: number;
  readonly added: readonly ShownAreaCode[];
  readonly moved: readonly ShownAreaCode[];
  readonly problems: readonly ReportProblem[];
}

type ShownAreaCode = Place & { readonly npa: string };

/** `tollgate import-area-codes`: learns where new area codes lie, from the list that NANPA publishes. */
export function addImportAreaCodes(parent: Command, invocation: Invocation): void {
  const { terminal } = invocation;
  newCommand(parent, 'import-area-codes', {
    summary: 'learn where new area codes lie',
    about:
      "Learn where new area codes lie from NANPA's list of them (npa_report.csv, from https://www.nanpa.com/reports). " +
      'Kept in the data folder beside the tables that came with Tollgate, which it overrules where they disagree. ' +
      'A running server knows them after its next start.',
    examples: [
      ['tollgate import-area-codes npa_report.csv', ''],
      ['tollgate import-area-codes npa_report.csv --json | jq -r .added[].npa', 'which are new'],
    ],
  })
    .argument('<csv>', "NANPA's list, or one of its own with the columns NPA, LOCATION and COUNTRY")
    .action(async (csv: string, { json }: { json?: boolean }) => {
      const { TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
      const imported = await importFrom(csv, dataDir);
      terminal.out.write(`${json ? JSON.stringify(imported) : describe(imported, terminal.out)}\n`);
      if (noneReadable(imported)) invocation.end(EXIT.failed);
    });
}

async function importFrom(csv: string, dataDir: string): Promise<Imported> {
  const report = readNanpaReport(readText(csv));
  if (!report.ok) throw new CliError('invalid', `${csv}: ${report.message}`);
  // Its tables of places are large, and few commands need them.
  const { createGazetteer } = await import('../../geo/gazetteer.ts');
  const before = readImportedAreaCodes(dataDir);
  const { added, moved } = placeAreaCodes(report.areaCodes, createGazetteer(before));
  // What is new is told once; what was learnt before stays learnt, also where this list doesn't have it.
  if (added.size + moved.size > 0) save(dataDir, new Map([...before, ...added, ...moved]));
  const { areaCodes, problems } = report;
  return { file: areaCodesFileIn(dataDir), read: areaCodes.length, added: show(added), moved: show(moved), problems };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError('usage', `${file} can't be read: ${(error as Error).message}`, EXIT.usage);
  }
}

function save(dataDir: string, areaCodes: ReadonlyMap<string, Place>): void {
  try {
    writeImportedAreaCodes(dataDir, areaCodes);
  } catch (error) {
    const hint = 'start the server once, or name its folder in TOLLGATE_DATA_DIR';
    throw new CliError('failed', `Nothing can be kept in ${dataDir}: ${(error as Error).message}; ${hint}.`);
  }
}

function show(areaCodes: ReadonlyMap<string, Place>): ShownAreaCode[] {
  return Array.from(areaCodes, ([npa, place]) => ({ npa, ...place }));
}

/** Whatever the list tells, it is no area code; one of services alone, or of codes not assigned yet, is in order. */
function noneReadable({ read, problems }: Imported): boolean {
  return read === 0 && problems.length > 0;
}

function describe(imported: Imported, { paint }: Screen): string {
  const { added, moved, problems } = imported;
  const line = (what: string, { npa, country, state, timezone }: ShownAreaCode): string =>
    `${what}  ${npa}  ${state ?? '-'}, ${country}  ${timezone ?? 'time zone not known'}`;
  return [
    ...added.map((one) => line('new  ', one)),
    ...moved.map((one) => line('moved', one)),
    ...problems.map(({ npa, message }) => paint.yellow(`passed over  ${npa} ${message}`)),
    describeResult(imported),
  ].join('\n');
}

function describeResult(imported: Imported): string {
  const { file, read, added, moved } = imported;
  const kept = added.length + moved.length;
  if (noneReadable(imported)) return 'None of its area codes could be read: nothing was changed.';
  if (read === 0) return 'It has no area code that is assigned to a place: nothing was changed.';
  if (kept === 0) return `${read} area codes read: all are known already, nothing was changed.`;
  return `${read} area codes read, ${kept} kept in ${file}. A running server knows them after its next start.`;
}
