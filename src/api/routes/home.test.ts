import { expect, it } from 'vitest';
import { startTestApi } from '../../../test/support/api.ts';

it('the address itself leads to the description of the API', async () => {
  const { app } = await startTestApi();
  const response = await app.inject('/');
  expect([response.statusCode, response.headers.location]).toEqual([302, '/docs']);
});
