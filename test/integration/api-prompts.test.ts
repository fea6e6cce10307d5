import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { PromptFiles } from '../../src/prompts/prompt-files.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { FORM_TYPE, multipartForm, type FormPart } from '../support/multipart-form.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { temporaryStore } from '../support/temporary-store.ts';
import { pcm16, sine, wavFile } from '../support/wav-files.ts';

const PATH = '/v1/prompts';
const FORM_HEADERS = { 'content-type': FORM_TYPE };
const TONE = pcm16(sine(1_000, 8_000, 0.5));

const file = (content: Buffer = wavFile(TONE)): FormPart => {
  return { name: 'file', content, filename: 'greeting.wav', type: 'audio/wav' };
};
const named = (content: string): FormPart => ({ name: 'name', content });

/** Uploads a form. Gives the parsed answer. */
function upload(
  api: TestApi,
  status: number,
  parts: readonly FormPart[] = [file()],
  headers: Record<string, string> = {},
): Promise<Json> {
  return api.expect(status, 'POST', PATH, multipartForm(parts), { ...FORM_HEADERS, ...headers });
}

/** What is refused, as path and message. */
async function refusal(api: TestApi, parts: readonly FormPart[]): Promise<readonly Json[]> {
  return (await upload(api, 422, parts)).errors;
}

/** An API whose data folder is known. */
async function withFolder(): Promise<{ api: TestApi; folder: string }> {
  const dataDir = temporaryFolder();
  const store = temporaryStore();
  const { resources, prompts, keys, audit, changes, idempotency } = store;
  const promptFiles = new PromptFiles({ dataDir, register: prompts });
  const parts = { resources, prompts, promptFiles, keys, audit, changes, idempotency };
  const api = await startTestApi({ ...parts, mediaServer: true });
  const authorization = `Bearer ${(await keys.create({ name: 'admin', role: 'admin' })).key}`;
  const as = (headers: Record<string, string> = {}) => ({ authorization, ...headers });
  return {
    folder: join(dataDir, 'prompts'),
    api: {
      ...api,
      store,
      request: (method, url, body, headers) => api.request(method, url, body, as(headers)),
      expect: (status, method, url, body, headers) => api.expect(status, method, url, body, as(headers)),
    },
  };
}

describe('A prompt', () => {
  it('is uploaded as a form, and kept as telephones play it', async () => {
    const { api, folder } = await withFolder();
    const stereo = wavFile(pcm16(sine(1_000, 48_000, 0.5).flatMap((sample) => [sample, sample])), {
      rateHz: 48_000,
      channels: 2,
    });
    const response = await api.request(
      'POST',
      PATH,
      multipartForm([named('Hello, roofers'), file(stereo)]),
      FORM_HEADERS,
    );
    expect(response.statusCode).toBe(201);
    const prompt: Json = response.json();
    expect(prompt).toEqual({
      id: expect.stringMatching(/^prm_[0-9A-Z]{26}$/),
      name: 'Hello, roofers',
      durationMs: 500,
      builtIn: false,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: prompt.createdAt,
      revision: 1,
    });
    expect(response.headers).toMatchObject({ location: `${PATH}/${prompt.id}`, etag: '"1"' });
    expect(await api.expect(200, 'GET', `${PATH}/${prompt.id}`)).toEqual(prompt);
    const kept = readFileSync(join(folder, `${prompt.id}.wav`));
    expect(kept.subarray(0, 44)).toEqual(wavFile(Buffer.alloc(8_000)).subarray(0, 44));
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it.each([
    ['roofing, spring.wav', 'roofing, spring'],
    ['C:\\sounds\\Hello.WAV', 'Hello'],
    ['../../etc/passwd', 'passwd'],
    ['noch ein Gruß.wav', 'noch ein Gruß'],
    ['.wav', 'Prompt'],
    ['\t.wav', 'Prompt'],
    [undefined, 'Prompt'],
  ])('without a name is called as its file %j is: %j', async (filename, name) => {
    const api = await startTestApi();
    const { filename: _, ...part } = file();
    const sent = { ...part, type: 'application/octet-stream', ...(filename === undefined ? {} : { filename }) };
    expect((await upload(api, 201, [sent])).name).toBe(name);
  });

  it('may have its name after its file', async () => {
    expect((await upload(await startTestApi(), 201, [file(), named('Late')])).name).toBe('Late');
  });

  it('larger than any other body is taken, and no other body that large', async () => {
    const api = await startTestApi();
    const large = wavFile(Buffer.alloc(3_000_000), { rateHz: 96_000 });
    expect(await upload(api, 201, [file(large)])).toMatchObject({ durationMs: 15_625 });
    await api.expect(413, 'POST', '/v1/buyers', { name: 'x'.repeat(1_100_000) });
    await api.expect(413, 'PATCH', `${PATH}/prm_1`, { name: 'x'.repeat(1_100_000) });
    await api.expect(415, 'POST', '/v1/buyers', multipartForm([named('x')]), FORM_HEADERS);
  });

  it('is renamed, guarded by If-Match', async () => {
    const api = await startTestApi();
    const { id } = await upload(api, 201);
    api.advance(1_000);
    const renamed = await api.expect(200, 'PATCH', `${PATH}/${id}`, { name: 'Other' }, { 'if-match': '"1"' });
    expect(renamed).toMatchObject({ name: 'Other', revision: 2, durationMs: 500 });
    expect(renamed.updatedAt > renamed.createdAt).toBe(true);
    await api.expect(412, 'PATCH', `${PATH}/${id}`, { name: 'Third' }, { 'if-match': '"1"' });
    await api.expect(422, 'PATCH', `${PATH}/${id}`, { name: '' });
    await api.expect(422, 'PATCH', `${PATH}/${id}`, { name: null });
    await api.expect(422, 'PATCH', `${PATH}/${id}`, { durationMs: 5 });
    await api.expect(404, 'PATCH', `${PATH}/prm_GONE`, { name: 'x' });
    expect(await api.expect(200, 'GET', `${PATH}/${id}`)).toEqual(renamed);
  });

  it('is deleted with its file, guarded by If-Match', async () => {
    const { api, folder } = await withFolder();
    const { id } = await upload(api, 201);
    await api.expect(412, 'DELETE', `${PATH}/${id}`, undefined, { 'if-match': '"2"' });
    expect(existsSync(join(folder, `${id}.wav`))).toBe(true);
    await api.expect(204, 'DELETE', `${PATH}/${id}`, undefined, { 'if-match': '"1"' });
    expect(readdirSync(folder)).toEqual([]);
    await api.expect(404, 'DELETE', `${PATH}/${id}`);
    await api.expect(404, 'GET', `${PATH}/${id}/audio`);
  });

  it('stays while a campaign, its IVR or a destination names it', async () => {
    const { api } = await withFolder();
    const samples = new ApiSamples(api);
    const { id } = await upload(api, 201);
    const steps = { hi: { type: 'play', prompt: id, next: 'end' }, end: { type: 'route' } };
    const campaign = await samples.create('campaigns', { ivr: { start: 'hi', steps }, prompts: { noRoute: id } });
    const destination = await samples.create('destinations', { whisper: id });
    const { code, detail } = await api.expect(409, 'DELETE', `${PATH}/${id}`);
    expect([code, detail]).toEqual(['in-use', expect.stringMatching(`${destination.id}.*${campaign.id}`)]);
    await api.expect(200, 'PATCH', `/v1/campaigns/${campaign.id}`, { ivr: null, prompts: null });
    await api.expect(409, 'DELETE', `${PATH}/${id}`);
    await api.expect(204, 'DELETE', `/v1/destinations/${destination.id}`);
    await api.expect(204, 'DELETE', `${PATH}/${id}`);
  });
});

describe('Prompts', () => {
  it('are listed as they came, then those of the product; by name, origin and page', async () => {
    const api = await startTestApi();
    const own = [await upload(api, 201), await upload(api, 201, [file(), named('Second')])];
    const { data } = await api.expect(200, 'GET', PATH);
    expect(data.slice(0, 2)).toEqual(own);
    expect(data).toHaveLength(12);
    expect(data.slice(2).every(({ id, builtIn }: Json) => builtIn && id.startsWith('prm_default-'))).toBe(true);
    expect((await api.expect(200, 'GET', `${PATH}?builtIn=false`)).data).toEqual(own);
    expect((await api.expect(200, 'GET', `${PATH}?name=Second`)).data).toEqual([own[1]]);
    const first = await api.expect(200, 'GET', `${PATH}?limit=11`);
    const rest = await api.expect(200, 'GET', `${PATH}?limit=11&cursor=${first.nextCursor}`);
    expect([...first.data, ...rest.data]).toEqual(data);
    await api.expect(422, 'GET', `${PATH}?length=5`);
    await api.expect(422, 'GET', `${PATH}?limit=5&cursor=${first.nextCursor}&builtIn=true`);
  });

  it('of the product can be heard, and neither renamed nor deleted', async () => {
    const api = await startTestApi();
    const path = `${PATH}/prm_default-greeting`;
    expect((await api.request('GET', `${path}/audio`)).rawPayload.subarray(0, 4).toString()).toBe('RIFF');
    for (const [method, body] of [
      ['PATCH', { name: 'Mine' }],
      ['DELETE', undefined],
    ] as const) {
      expect(await api.expect(409, method, path, body)).toMatchObject({
        code: 'wrong-state',
        detail: expect.stringContaining('comes with Tollgate') as string,
      });
    }
  });

  it('are read by viewers, changed by operators, and no business of buyers', async () => {
    const api = await startTestApi();
    const { id } = await upload(api, 201);
    const { id: buyer } = await new ApiSamples(api).create('buyers');
    const as = async (role: string) => ({ authorization: `Bearer ${await api.keyFor(role as never)}` });
    const viewer = await as('viewer');
    for (const path of [PATH, `${PATH}/${id}`, `${PATH}/${id}/audio`]) {
      expect((await api.request('GET', path, undefined, viewer)).statusCode).toBe(200);
      await api.expect(403, 'GET', path, undefined, await as(`buyer:${buyer}`));
    }
    await upload(api, 403, [file()], viewer);
    await api.expect(403, 'DELETE', `${PATH}/${id}`, undefined, viewer);
    await upload(api, 201, [file()], await as('operator'));
  });

  it('leave an audit entry for each change', async () => {
    const api = await startTestApi();
    const prompt = await upload(api, 201);
    await api.expect(200, 'PATCH', `${PATH}/${prompt.id}`, { name: 'Other' });
    await api.expect(204, 'DELETE', `${PATH}/${prompt.id}`);
    const { data } = await api.expect(200, 'GET', `/v1/audit-log?resource=prompts`);
    expect(data.map(({ action, before, after }: Json) => [action, before?.name, after?.name])).toEqual([
      ['delete', 'Other', undefined],
      ['update', 'greeting', 'Other'],
      ['create', undefined, 'greeting'],
    ]);
  });
});

describe('The sound of a prompt', () => {
  const listen = async (range?: string) => {
    const api = await startTestApi();
    const { id } = await upload(api, 201);
    return api.request('GET', `${PATH}/${id}/audio`, undefined, range === undefined ? {} : { range });
  };

  it('is a WAV', async () => {
    const { statusCode, headers, rawPayload } = await listen();
    expect([statusCode, headers['content-type'], headers['accept-ranges']]).toEqual([200, 'audio/wav', 'bytes']);
    expect(rawPayload).toEqual(wavFile(TONE));
  });

  it('is had in part, for players that seek', async () => {
    const { statusCode, headers, rawPayload } = await listen('bytes=44-143');
    expect([statusCode, headers['content-range']]).toEqual([206, 'bytes 44-143/8044']);
    expect(rawPayload).toEqual(TONE.subarray(0, 100));
  });

  it('has no part beyond its end', async () => {
    const { statusCode, headers } = await listen('bytes=8044-');
    expect([statusCode, headers['content-range']]).toEqual([416, 'bytes */8044']);
  });
});

describe('An upload is refused', () => {
  it.each<[string, readonly FormPart[], readonly Json[]]>([
    ['without a file', [named('x')], [{ path: '/file', message: expect.stringMatching(/required/) }]],
    ['with nothing in it', [], [{ path: '/file', message: expect.stringMatching(/required/) }]],
    [
      'of text for a file',
      [{ name: 'file', content: 'RIFF' }],
      [{ path: '/file', message: expect.stringMatching(/as a file/) }],
    ],
    ['of two files', [file(), file()], [{ path: '/file', message: 'Send one file at a time.' }]],
    ['with two names', [named('a'), named('b'), file()], [{ path: '/name', message: 'Send one name.' }]],
    ['with a name of nothing', [named(' '), file()], [{ path: '/name', message: expect.stringMatching(/one line/) }]],
    ['with a name without end', [named('x'.repeat(201)), file()], [{ path: '/name', message: expect.anything() }]],
    [
      'with a file for a name',
      [{ ...named('x'), filename: 'x' }, file()],
      [{ path: '/name', message: expect.stringMatching(/as text/) }],
    ],
    [
      'with other fields',
      [file(), { name: 'a/b', content: 'x' }],
      [{ path: '/a~1b', message: 'There is no such field. Known here: file, name.' }],
    ],
    [
      'of an MP3, its name and another field, all at once',
      [named(''), { name: 'x', content: '1' }, file(Buffer.from('ID3 and the rest of a song'))],
      [
        { path: '/x', message: expect.anything() },
        { path: '/name', message: expect.anything() },
        { path: '/file', message: 'It is an MP3 file: export it as WAV, PCM, 16 bit.' },
      ],
    ],
    [
      'of a WAV that is cut off',
      [file(wavFile(TONE).subarray(0, 4_000))],
      [{ path: '/file', message: expect.stringMatching(/of 8000 bytes of audio that it announces, 3956 are there/) }],
    ],
  ])('%s', async (_what, parts, problems) => {
    const api = await startTestApi();
    expect(await refusal(api, parts)).toEqual(problems);
    expect((await api.expect(200, 'GET', `${PATH}?builtIn=false`)).data).toEqual([]);
  });

  it('where it is no form', async () => {
    const api = await startTestApi();
    for (const type of ['application/json', 'audio/wav', 'text/plain', 'application/octet-stream']) {
      const problem = await api.expect(415, 'POST', PATH, wavFile(TONE), { 'content-type': type });
      expect(problem.detail).toContain('multipart/form-data');
    }
    expect((await api.expect(415, 'POST', PATH)).detail).toContain('in its field file');
  });

  it.each([
    ['without a boundary', { 'content-type': 'multipart/form-data' }, multipartForm([file()]), 'Boundary not found'],
    ['that ends early', FORM_HEADERS, multipartForm([file()]).subarray(0, -60), 'end of multipart data'],
    ['that is none inside', FORM_HEADERS, Buffer.from('{"file": 1}'), 'end of multipart data'],
    ['of many parts', FORM_HEADERS, multipartForm(Array.from({ length: 30 }, () => named('x'))), 'more parts'],
  ])('where the form is one %s', async (_what, headers, body, reason) => {
    const api = await startTestApi();
    const problem = await api.expect(400, 'POST', PATH, body, headers);
    expect([problem.code, problem.detail]).toEqual(['malformed-request', expect.stringContaining(reason)]);
  });

  it('of more than 64 MB, by its length or, where that is not said, once it is', async () => {
    const api = await startTestApi();
    const head = wavFile(Buffer.alloc(0), { rateHz: 96_000, channels: 2, encoding: 'float32', dataBytes: 0xffff_ffff });
    const large = multipartForm([file(Buffer.concat([head, Buffer.alloc(64 * 1_048_576)]))]);
    expect((await upload(api, 413, [file(Buffer.concat([head, Buffer.alloc(65 * 1_048_576)]))])).detail).toContain(
      '64 MB',
    );
    expect((await api.expect(413, 'POST', PATH, large, FORM_HEADERS)).detail).toContain('67108864 bytes');
  });

  it('that breaks off leaves nothing behind, and the server well', async () => {
    const { api, folder } = await withFolder();
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const address = api.app.server.address() as { port: number };
    const { authorization } = {
      authorization: `Bearer ${(await api.store.keys.create({ name: 'a', role: 'admin' })).key}`,
    };
    const socket = connect(address.port, '127.0.0.1');
    const body = multipartForm([file()]);
    const head = [
      `POST ${PATH} HTTP/1.1`,
      'Host: x',
      `Authorization: ${authorization}`,
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\nContent-Type: ${FORM_TYPE}\r\n\r\n`);
    await new Promise<void>((resolve) => {
      socket.write(body.subarray(0, 1_000), () => resolve());
    });
    socket.destroy();
    await upload(api, 201);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

describe('An upload with an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'u-1' };

  it('happens once, and the same file and name get the same answer', async () => {
    const { api, folder } = await withFolder();
    const first = await upload(api, 201, [file(), named('A')], key);
    expect(await upload(api, 201, [named('A'), file()], key)).toEqual(first);
    expect(readdirSync(folder)).toEqual([`${first.id}.wav`]);
  });

  it('is refused for another file or name', async () => {
    const api = await startTestApi();
    await upload(api, 201, [file(), named('A')], key);
    for (const parts of [
      [file(), named('B')],
      [file(wavFile(TONE.subarray(2))), named('A')],
    ]) {
      expect(await upload(api, 409, parts, key)).toMatchObject({ code: 'idempotency-conflict' });
    }
  });

  it('that was refused may be sent again', async () => {
    const api = await startTestApi();
    await upload(api, 422, [file(Buffer.from('no WAV at all'))], key);
    await upload(api, 201, [file()], key);
  });
});
