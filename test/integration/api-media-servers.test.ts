import { describe, expect, it } from 'vitest';
import { startTestApi } from '../support/api.ts';

const SERVER = { name: 'media.example:8021', state: 'up', sessions: 2, maxSessions: 1_000, calls: 1 };

describe('Media servers', () => {
  it('are listed as they stand, and taken out of service and back', async () => {
    const api = await startTestApi();
    expect(await api.expect(200, 'GET', '/v1/media-servers')).toEqual({ data: [SERVER] });
    const path = `/v1/media-servers/${encodeURIComponent(SERVER.name)}`;
    expect(await api.expect(200, 'PATCH', path, { draining: true })).toEqual({ ...SERVER, state: 'draining' });
    expect(await api.expect(200, 'PATCH', path, { draining: false })).toEqual(SERVER);
  });

  it('that are none can’t be', async () => {
    const api = await startTestApi();
    expect(await api.expect(404, 'PATCH', '/v1/media-servers/nowhere:1', { draining: true })).toMatchObject({
      detail: expect.stringContaining('nowhere:1'),
    });
    await api.expect(422, 'PATCH', `/v1/media-servers/${SERVER.name}`, { drain: true });
  });
});
