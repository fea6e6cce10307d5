import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { signEvent } from '../../src/webhooks/sign-event.ts';

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
const SECRETS = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `whsec_${Buffer.alloc(32, 9).toString('base64')}`] as const;

type Check = (headers: Record<string, string>, rawBody: string, secret: string) => boolean;

it('docs/api.md: the lines that check a signature take what we sign, by either secret, and nothing else', async () => {
  const [, lines = ''] = /```js\n([^`]*?isFromTollgate[\s\S]*?)```/.exec(page) ?? [];
  const shown = (await import(`data:text/javascript,${encodeURIComponent(lines)}`)) as { isFromTollgate: Check };
  const post = (ageS: number): Record<string, string> => {
    const timestampS = Math.floor(Date.now() / 1_000) - ageS;
    return {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signEvent({ id: 'evt_1', timestampS, body: '{"a":1}' }, SECRETS),
    };
  };
  for (const secret of SECRETS) expect(shown.isFromTollgate(post(0), '{"a":1}', secret)).toBe(true);
  expect(shown.isFromTollgate(post(0), '{"a":2}', SECRETS[0])).toBe(false);
  expect(shown.isFromTollgate(post(0), '{"a":1}', `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false);
  expect(shown.isFromTollgate(post(301), '{"a":1}', SECRETS[0])).toBe(false);
  expect(shown.isFromTollgate({ ...post(0), 'webhook-id': 'evt_2' }, '{"a":1}', SECRETS[0])).toBe(false);
  expect(shown.isFromTollgate({}, '{"a":1}', SECRETS[0])).toBe(false);
});
