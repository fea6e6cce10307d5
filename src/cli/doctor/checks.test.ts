import { expect, test } from 'vitest';

import { judgeFileTime, judgePrivacy, judgeRoom } from './check-data.ts';
import { checkAdvertised } from './check-exposure.ts';
import { checkClock, checkNode, checkTimeZones, checkUdpBuffer } from './check-machine.ts';

const NOW = Date.UTC(2026, 10, 21, 14);

test('a Node that is too old fails', () => {
  expect(checkNode('v24.21.0').status).toBe('ok');
  expect(checkNode('v22.19.0').status).toBe('fail');
});

test('a clock before the release fails, one that is set meanwhile is warned of', () => {
  const sample = (wallMs: number, monotonicMs: number) => ({ wallMs, monotonicMs });
  expect(checkClock(sample(NOW, 1_000), sample(NOW + 200, 1_201)).status).toBe('ok');
  expect(checkClock(sample(0, 1_000), sample(200, 1_200)).status).toBe('fail');
  const stepped = checkClock(sample(NOW, 1_000), sample(NOW - 3_400, 1_200));
  expect([stepped.status, stepped.found]).toEqual(['warn', expect.stringContaining('-3600 ms')]);
});

test('daylight saving in New York is held to the law, and where the law was another it shows', () => {
  for (const year of [2024, 2025, 2026, 2027, 2032]) expect(checkTimeZones(year).status).toBe('ok');
  // Until 2006 it began in April and ended in October.
  expect(checkTimeZones(2006).status).toBe('fail');
});

test('little room is a warning, hardly any a failure', () => {
  expect([2 ** 31, 2 ** 29, 2 ** 20].map((bytes) => judgeRoom(bytes).status)).toEqual(['ok', 'warn', 'fail']);
});

test('a data folder that every account can read, or go through, is warned of', () => {
  const statusOf = (mode: number) => judgePrivacy('/srv/tollgate', mode).map(({ status }) => status);
  expect([0o40700, 0o40750, 0o40755, 0o40701].map(statusOf)).toEqual([[], [], ['warn'], ['warn']]);
  expect(judgePrivacy('/srv/tollgate', 0o40755)[0]?.remedy).toBe('chmod -R o= /srv/tollgate');
});

test('a file system with another clock is warned of', () => {
  expect([0, -1_900, 5_000].map((offMs) => judgeFileTime(offMs).status)).toEqual(['ok', 'ok', 'warn']);
});

test('a kernel that keeps little UDP is warned of, where it says', () => {
  expect([undefined, 4_194_304, 212_992].map((bytes) => checkUdpBuffer(bytes).status)).toEqual(['ok', 'ok', 'warn']);
});

test('who listens on all of several addresses has to say which one to be reached at', async () => {
  const config = { TOLLGATE_ENGINE: 'embedded', SIP_HOST: '0.0.0.0', SIP_ADVERTISED_HOST: null } as const;
  const two = ['192.0.2.2', '198.51.100.7'];
  expect(await checkAdvertised(config, two)).toMatchObject({
    status: 'warn',
    found: expect.stringContaining('192.0.2.2, 198.51.100.7'),
    remedy: expect.stringContaining('SIP_ADVERTISED_HOST'),
  });
  expect((await checkAdvertised(config, ['192.0.2.2'])).status).toBe('ok');
  expect((await checkAdvertised({ ...config, SIP_HOST: '192.0.2.2' }, two)).status).toBe('ok');
  expect((await checkAdvertised({ ...config, SIP_ADVERTISED_HOST: '203.0.113.9' }, two)).status).toBe('ok');
  expect((await checkAdvertised({ ...config, SIP_ADVERTISED_HOST: 'nowhere.invalid' }, two)).status).toBe('fail');
});
