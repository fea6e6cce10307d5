import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { loadGazetteer } from '../../geo/load-gazetteer.ts';

/** The report as NANPA lays it out, with as many of its columns as tell where a code lies. */
const HEAD = `File Date,11/20/2026
NPA_ID,type_of_code,ASSIGNABLE,EXPLANATION,RESERVED,ASSIGNED,ASSIGNMENT_DT,USE,LOCATION,COUNTRY,IN_SERVICE,IN_SERV_DT,STATUS,PL,BLANK,OVERLAY,OVERLAY_COMPLEX,PARENT_NPA_ID,SERVICE,TIME_ZONE
`;
const row = (npa: string, location: string, country: string, overlay = '', assigned = 'Yes'): string =>
  `${npa},General Purpose Code,Yes,,,${assigned},06/05/2026,G,${location},${country},N,,,,,Yes,${overlay},,,E\n`;

let dataDir: string;

beforeEach(() => {
  dataDir = temporaryFolder();
});

function importText(text: string, ...args: string[]) {
  const csv = join(dataDir, 'npa_report.csv');
  writeFileSync(csv, text);
  return runInMemory(['import-area-codes', csv, ...args], { TOLLGATE_DATA_DIR: dataDir });
}

describe('a list of area codes', () => {
  test('teaches those that are new, with the zone of the code they overlay or of their state', async () => {
    expect(loadGazetteer(dataDir).byNpaNxx('232', '555')).toBeUndefined();
    const list = [
      row('201', 'NJ', 'US', '201/551'),
      row('232', 'TX', 'US', '232/713'),
      row('238', 'ONTARIO', 'CANADA', '416/238'),
      row('243', 'OR', 'US'),
      row('261', 'JAMAICA', 'JAMAICA'),
    ];
    const { exitCode, stdout, stderr } = await importText(HEAD + list.join(''));
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('new    232  TX, US  America/Chicago');
    expect(stdout).toContain('5 area codes read, 4 kept in ');
    const gazetteer = loadGazetteer(dataDir);
    expect(gazetteer.byNpaNxx('232', '555')).toEqual({ country: 'US', state: 'TX', timezone: 'America/Chicago' });
    expect(gazetteer.byNpaNxx('238', '555')).toEqual({ country: 'CA', state: 'ON', timezone: 'America/Toronto' });
    // Oregon keeps two zones, and nothing says which.
    expect(gazetteer.byNpaNxx('243', '555')).toEqual({ country: 'US', state: 'OR', timezone: null });
    expect(gazetteer.byNpaNxx('261', '999')).toEqual({ country: 'JM', state: null, timezone: 'America/Jamaica' });
  });

  test('may come from a spreadsheet: quoted cells, spaces about them, a byte order mark, rows of nothing', async () => {
    const text =
      '\ufeffNPA , Location,COUNTRY\r\n\r\n232,"TX","US"\r\n 238 , "ONTARIO",CANADA\r\n,,\r\n201,6" of NJ,US\r\n';
    const { exitCode, stdout } = await importText(text);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('new    238  ON, CA')]);
    expect(stdout).toContain('passed over  201 lies in 6" of NJ, US, which is not known');
    const open = await importText('NPA,LOCATION,COUNTRY\n232,"TX,US\n');
    expect([open.exitCode, open.stderr]).toEqual([1, expect.stringContaining('a quote (") is opened')]);
  });

  test('leaves alone what is known, exchange by exchange, and changes nothing the second time', async () => {
    const list = [
      row('812', 'IN', 'US'),
      row('902', 'NOVA SCOTIA - PRINCE EDWARD ISLAND', 'CANADA'),
      row('232', 'MI', 'US'),
    ];
    await importText(HEAD + list.join(''));
    const kept = readFileSync(join(dataDir, 'area-codes.txt'), 'utf8');
    const { stdout } = await importText(HEAD + list.join(''));
    expect(stdout).toBe('3 area codes read: all are known already, nothing was changed.\n');
    expect(readFileSync(join(dataDir, 'area-codes.txt'), 'utf8')).toBe(kept);
    const gazetteer = loadGazetteer(dataDir);
    expect(gazetteer.byNpaNxx('812', '422')).toMatchObject({ timezone: 'America/Chicago' });
    expect(gazetteer.byNpaNxx('902', '566')).toMatchObject({ state: 'PE' });
  });

  test('adds to the lists before it, and overrules them and the tables where it disagrees', async () => {
    await importText(HEAD + row('232', 'MI', 'US') + row('243', 'OR', 'US'));
    const { stdout } = await importText(HEAD + row('232', 'OH', 'US') + row('415', 'NV', 'US'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      read: 2,
      added: [],
      moved: [
        { npa: '232', state: 'OH' },
        { npa: '415', state: 'NV' },
      ],
    });
    const gazetteer = loadGazetteer(dataDir);
    expect(gazetteer.byNpaNxx('415', '555')).toMatchObject({ state: 'NV' });
    expect(gazetteer.byNpaNxx('243', '555')).toMatchObject({ state: 'OR' });
  });

  test('may be one of three columns, by name', async () => {
    const { exitCode } = await importText('Country,NPA,Location\nUS,232,MI\n');
    expect(exitCode).toBe(0);
    expect(loadGazetteer(dataDir).byNpaNxx('232', '555')).toMatchObject({ state: 'MI' });
  });

  test('places no service and no code that is not assigned, and names what it does not understand', async () => {
    const list = [
      row('888', 'NANP AREA', 'US'),
      row('232', 'MI', 'US', '', 'No'),
      row('23', 'MI', 'US'),
      row('243', 'ATLANTIS', 'ATLANTIS'),
      row('261', '', ''),
    ];
    const { exitCode, stdout } = await importText(HEAD + list.join(''), '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      read: 0,
      added: [],
      problems: [
        { npa: '23', message: expect.stringContaining('no area code') as string },
        { npa: '243', message: 'lies in ATLANTIS, ATLANTIS, which is not known' },
      ],
    });
    expect(loadGazetteer(dataDir).byNpaNxx('232', '555')).toBeUndefined();
  });
});

describe('what is no list of area codes', () => {
  test('but has none that can be read ends with 1; one that has nothing to teach does not', async () => {
    const wrong = await importText(HEAD + row('23', 'MI', 'US') + row('243', 'ATLANTIS', 'ATLANTIS'));
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stdout).toMatch(/\nNone of its area codes could be read: nothing was changed\.\n$/);
    const empty = await importText(HEAD + row('888', 'NANP AREA', 'US'));
    expect([empty.exitCode, empty.stdout]).toEqual([0, expect.stringContaining('no area code that is assigned')]);
  });

  test('is refused, and says what one looks like', async () => {
    const { exitCode, stderr } = await importText('npa,state\n232,MI\n');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('a line must name the columns, NPA_ID (or NPA), LOCATION and COUNTRY');
  });

  test('and a file that is not there is wrong usage', async () => {
    const { exitCode, stderr } = await runInMemory(['import-area-codes', join(dataDir, 'none.csv')], {
      TOLLGATE_DATA_DIR: dataDir,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("none.csv can't be read");
  });

  test('nothing can be kept in a folder that is not there', async () => {
    const csv = join(dataDir, 'list.csv');
    writeFileSync(csv, HEAD + row('232', 'MI', 'US'));
    const env = { TOLLGATE_DATA_DIR: join(dataDir, 'none') };
    const { exitCode, stderr } = await runInMemory(['import-area-codes', csv], env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('start the server once');
  });
});

test.each(['23 US MI -', '232 XX - -', '232 US ON -', '232 US MI Detroit', '232 US MI - more'])(
  'a file of area codes that says %j is refused with its line',
  (line) => {
    writeFileSync(join(dataDir, 'area-codes.txt'), `# by hand\n${line}\n`);
    expect(() => loadGazetteer(dataDir)).toThrow(/area-codes\.txt, line 2: write an area code, its country/);
  },
);
