import { expect, test } from 'vitest';

import { runCapsProof } from './caps-run.ts';

test('no cap is passed by thousands of calls at once, however often the process is killed', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const report = await runCapsProof({ admissions: 3_000, kills: 3, seed });
  expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
  expect(report.records).toBeGreaterThanOrEqual(3_000);
  // It would prove nothing if there had been room for everyone.
  expect(report.fullWindows).toBeGreaterThan(4);
  expect(report.kills).toBeGreaterThan(0);
});
