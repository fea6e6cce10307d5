import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';

const CSV = { 'content-type': 'text/csv' };

const send = (api: TestApi, status: number, kind: string, text: string, query = ''): Promise<Json> =>
  api.expect(status, 'POST', `/v1/import/${kind}${query}`, text, CSV);

const table = async (api: TestApi, kind: string): Promise<string> =>
  (await api.request('GET', `/v1/export/${kind}`)).body;

const like = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('A table of one collection', () => {
  it('has a column for each field, dotted within objects, and JSON for lists', async () => {
    const api = await startTestApi();
    const body = {
      name: 'B',
      caps: { daily: 5 },
      prepaid: true,
      creditLimitMicros: 0,
    };
    const { id } = await api.expect(201, 'POST', '/v1/buyers', body);
    expect(await table(api, 'buyers')).toBe(
      'id,name,timezone,status,caps.concurrent,caps.hourly,caps.daily,caps.monthly,caps.total,caps.spendDailyMicros,' +
        'caps.mode,creditLimitMicros,prepaid\r\n' +
        `${id},B,UTC,active,,,5,,,,,0,true\r\n`,
    );
    await new ApiSamples(api).create('areas', { name: 'A', include: [{ npa: '415' }], exclude: [{ zip: '94107' }] });
    expect(await table(api, 'areas')).toContain(',A,"[{""npa"":""415""}]","[{""zip"":""94107""}]",true\r\n');
  });

  it('changes the columns it has and no others; an empty cell removes', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const route = await samples.create('routes', { priceMicros: 5, caps: { daily: 3, hourly: 2 } });
    await send(api, 200, 'routes', `id,priceMicros,caps.daily\n${route.id},6,\n`);
    expect(await api.expect(200, 'GET', `/v1/routes/${route.id}`)).toMatchObject({
      priceMicros: 6,
      caps: { hourly: 2 },
      destinationId: route.destinationId,
    });
    expect((await api.expect(200, 'GET', `/v1/routes/${route.id}`)).caps).toEqual({ hourly: 2 });
  });

  it('may name others by their names, within objects too, and find things by them', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const campaign = await samples.create('campaigns', { name: 'Roofing, California' });
    const desk = await samples.create('destinations', { name: 'Desk' });
    const publisher = await samples.create('publishers', { name: 'P' });
    const rows = 'campaign,destination,acceptedPublishers,priority\n"Roofing, California",Desk,"[""P""]",';
    await send(api, 200, 'routes', `${rows}3\n`);
    const [route] = (await api.expect(200, 'GET', '/v1/routes')).data;
    expect(route).toMatchObject({
      campaignId: campaign.id,
      destinationId: desk.id,
      acceptedPublisherIds: [publisher.id],
      priority: 3,
    });
    expect((await send(api, 200, 'routes', `${rows}4\n`)).counts).toMatchObject({ created: 0, updated: 1 });
  });

  it('is read with a byte order mark, with any line breaks, and with rows of empty cells', async () => {
    const api = await startTestApi();
    const text = '\ufeffname,timezone\r\nA,UTC\r\n\r\n,\r\nB,UTC\r\n,\r\n';
    expect((await send(api, 200, 'buyers', text)).counts).toMatchObject({ created: 2 });
    expect((await send(api, 200, 'buyers', text.replaceAll('\r\n', '\n'))).counts).toMatchObject({ unchanged: 2 });
    expect((await send(api, 200, 'buyers', text.replaceAll('\r\n', '\r'))).counts).toMatchObject({ unchanged: 2 });
  });

  it('reads numbers and truths as spreadsheets write them', async () => {
    const api = await startTestApi();
    await send(api, 200, 'buyers', 'name,prepaid,caps.daily\nA,TRUE, 5 \nB,false,7\n');
    expect((await api.expect(200, 'GET', '/v1/buyers')).data).toMatchObject([
      { prepaid: true, caps: { daily: 5 } },
      { prepaid: false, caps: { daily: 7 } },
    ]);
  });

  it('can be all there is', async () => {
    const api = await startTestApi();
    await send(api, 200, 'buyers', 'name\nA\nB\n');
    const { counts } = await send(api, 200, 'buyers', 'name\nB\nC\n', '?mode=replace');
    expect(counts).toEqual({ created: 1, updated: 0, unchanged: 1, archived: 0, deleted: 1 });
    expect((await send(api, 200, 'buyers', 'name\n', '?mode=replace')).counts).toMatchObject({ deleted: 2 });
  });
});

describe('What a spreadsheet could take for a formula', () => {
  const NAMES = ['=HYPERLINK("http://x.example")', '+cmd', '-x', '@a', "'=x", "''+y", "'tis"];

  it('begins with an apostrophe in the file, and is as it was after an import', async () => {
    const api = await startTestApi();
    for (const name of NAMES) await api.expect(201, 'POST', '/v1/buyers', { name });
    const text = await table(api, 'buyers');
    for (const cell of text.split(/\r\n|,/)) expect(cell.replace(/^"/, '')).not.toMatch(/^(?:[=@]|[+-]\D)/);
    const other = await startTestApi();
    await send(other, 200, 'buyers', text);
    expect((await other.expect(200, 'GET', '/v1/buyers')).data.map(({ name }: Json) => name)).toEqual(NAMES);
    expect((await send(api, 200, 'buyers', text)).counts).toMatchObject({ unchanged: NAMES.length });
  });
});

describe('A table that can not be imported', () => {
  it('changes nothing for one bad line of a thousand, and names it', async () => {
    const api = await startTestApi();
    const rows = Array.from({ length: 1_000 }, (_, index) =>
      `"Buyer ${index}${index % 10 === 0 ? '\r\n' : ''}",UTC,${index + 1}`.replace('\r\n', ''),
    );
    rows[616] = '"Buyer 616",Mars/Olympus,1';
    const refused = await send(api, 422, 'buyers', `name,timezone,caps.daily\r\n${rows.join('\r\n')}\r\n`);
    expect(refused.errors).toEqual([{ path: '/buyers/616/timezone', line: 618, message: like(/Mars\/Olympus/) }]);
    expect(refused.detail).toMatch(/^line 618, \/buyers\/616\/timezone: /);
    expect((await api.expect(200, 'GET', '/v1/export')).buyers).toEqual([]);
    expect((await api.expect(200, 'GET', '/v1/audit-log')).data).toEqual([]);
  });

  it('counts lines as editors do, whatever stands between quotes', async () => {
    const api = await startTestApi();
    const text =
      'name,include\r\n"A","[\r\n{""npa"": ""415""}\r\n]"\r\n\r\n"B","[\r\n{""npa"": ""115""}]"\r\n"C",x\r\n';
    expect((await send(api, 422, 'areas', text)).errors).toEqual([
      { path: '/areas/2/include', line: 8, message: like(/Write JSON here/) },
    ]);
    expect((await send(api, 422, 'areas', text.replace('C",x', 'C",[]'))).errors).toMatchObject([
      { path: '/areas/1/include/0/npa', line: 6 },
    ]);
  });

  it.each([
    ['', 400, /^Line 1: The file is empty/],
    ['\r\n', 400, /The file is empty/],
    ['name\nA\n"B', 400, /^Line 3: A quote/],
    ['name\nA\nB "x"\n', 400, /^Line 3: A quote/],
    ['name\r\n"A\r\n\r\n"x\r\n', 400, /^Line 2: A quote/],
    ['name,colour\nA,red\n', 422, /^line 1, .*"colour" is no column of buyers. Known here: id, name, timezone, /],
    ['name,name\nA,A\n', 422, /^line 1, .*The column name is there twice/],
    ['name,timezone\nA,UTC\nB\n', 422, /^line 3, \/buyers\/1: This row has 1 cells, and there are 2 columns/],
    ['name,timezone\nGolden, Gate,UTC\n', 422, /^line 2, .*3 cells.*put cells with commas in quotes/],
    ['name,caps.daily\nA,many\n', 422, /^line 2, \/buyers\/0\/caps\/daily: /],
    ['name,prepaid\nA,yes\n', 422, /^line 2, \/buyers\/0\/prepaid: Write true or false, not text/],
    ['timezone\nUTC\n', 422, /^line 2, \/buyers\/0\/name: This is required/],
  ])('as %j is refused with the line', async (text, status, detail) => {
    const api = await startTestApi();
    expect((await send(api, status, 'buyers', text)).detail).toMatch(detail);
  });

  it('is of a collection that there is', async () => {
    const api = await startTestApi();
    await send(api, 422, 'calls', 'id\n');
    expect((await api.request('GET', '/v1/export/api-keys')).statusCode).toBe(422);
  });
});
