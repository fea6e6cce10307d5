import { expect, it } from 'vitest';
import { CONCURRENT_CAP, runCrashes, TOTAL_CAP } from './crash-run.ts';

const KILLS = 5;

it(
  'killed at any instant, nothing is lost, doubled or leaked, and nobody is left ringing',
  { timeout: 90_000 },
  async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const report = await runCrashes({ kills: KILLS, seed });
    expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
    expect(report).toMatchObject({ kills: KILLS, billedAtCap: TOTAL_CAP });
    expect(report.mostAtOnce).toBeLessThanOrEqual(CONCURRENT_CAP);
    expect(report.slowestQuietMs).toBeLessThan(5_000);
    // It would prove nothing if no call had been cut off.
    expect(report.interrupted).toBeGreaterThan(0);
  },
);
