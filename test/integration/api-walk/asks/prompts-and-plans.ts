import { FORM_TYPE, multipartForm } from '../../../support/multipart-form.ts';
import { TONE, type Ask, type WalkStage } from '../walk-stage.ts';
import { asPatch, type AskTable } from './ask-table.ts';

/** A form with a sound in it. */
function promptForm(name: string): Ask {
  const body = multipartForm([
    { name: 'name', content: name },
    { name: 'file', filename: 'tone.wav', type: 'audio/wav', content: TONE },
  ]);
  return { body, headers: { 'content-type': FORM_TYPE } };
}

/** Uploads a prompt. Gives its id as a parameter. */
export async function onePrompt(stage: WalkStage): Promise<{ readonly params: { readonly id: string } }> {
  const { body, headers } = promptForm(`Tone ${stage.next()}`);
  return { params: { id: (await stage.api.expect(201, 'POST', '/v1/prompts', body, { ...headers })).id } };
}

/** What is heard, and the configuration as a file. */
export const PROMPTS_AND_PLANS: AskTable = {
  'POST /v1/prompts': [() => promptForm('Tone')],
  'GET /v1/prompts': [
    async (stage) => {
      await onePrompt(stage);
      return { query: '?limit=3' };
    },
  ],
  'GET /v1/prompts/{id}': [onePrompt],
  'PATCH /v1/prompts/{id}': asPatch(async (stage) => ({ ...(await onePrompt(stage)), body: { name: 'Renamed' } })),
  'DELETE /v1/prompts/{id}': [onePrompt],
  'GET /v1/prompts/{id}/audio': [
    onePrompt,
    async (stage) => ({ ...(await onePrompt(stage)), headers: { range: 'bytes=0-99' } }),
  ],
  'GET /v1/export': [
    async ({ samples }) => {
      await samples.create('routes');
      return { query: '?format=json' };
    },
    async ({ samples }) => {
      await samples.create('routes');
      return { query: '?format=yaml&archived=true' };
    },
  ],
  'GET /v1/export/{collection}': [
    async ({ samples }) => {
      await samples.create('trunks');
      return { params: { collection: 'trunks' } };
    },
  ],
  'POST /v1/import': [
    (stage) => ({ body: { buyers: [{ name: `Imported ${stage.next()}` }] }, query: '?dryRun=true' }),
    (stage) => ({
      body: `buyers:\n  - name: Imported ${stage.next()}\n`,
      headers: { 'content-type': 'application/yaml' },
    }),
  ],
  'POST /v1/import/{collection}': [
    (stage) => ({
      params: { collection: 'buyers' },
      body: `name,caps.daily\r\nImported ${stage.next()},5\r\n`,
      headers: { 'content-type': 'text/csv' },
    }),
  ],
};
