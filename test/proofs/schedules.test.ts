import { expect, test } from 'vitest';

import { runSchedulesProof } from './schedules-run.ts';

test('schedules say of each hour of a year, in twelve zones, what a second implementation says', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const report = runSchedulesProof({ years: 1, schedules: 1, seed });
  expect({ seed, differences: report.differences }).toEqual({ seed, differences: [] });
  expect(report.questions).toBe(12 * 366 * 24);
  expect(report.openings).toBeGreaterThan(1_000);
});
