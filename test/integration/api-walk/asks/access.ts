import type { AskTable } from './ask-table.ts';

const KEY = { name: 'Nightly export', role: 'viewer' };

/** Who may do what, who did what, and whether the process works at all. */
export const ACCESS: AskTable = {
  'POST /v1/api-keys': [() => ({ body: KEY })],
  'GET /v1/api-keys': [() => ({ query: '?limit=1' })],
  'DELETE /v1/api-keys/{id}': [
    async ({ api }) => ({ params: { id: (await api.expect(201, 'POST', '/v1/api-keys', KEY)).id } }),
  ],
  'GET /v1/audit-log': [
    async ({ samples, api }) => {
      const { id } = await samples.create('trunks', {
        digest: { username: 'u', realm: 'r', password: 'correct horse' },
      });
      await api.expect(204, 'DELETE', `/v1/trunks/${id}`);
      return {};
    },
  ],
  'POST /v1/session': [async ({ api }) => ({ body: { apiKey: await api.keyFor('viewer') } })],
  'GET /v1/session': [() => ({})],
  'DELETE /v1/session': [() => ({})],
  'GET /healthz': [() => ({})],
  'GET /readyz': [() => ({})],
  'GET /metrics': [() => ({})],
};
