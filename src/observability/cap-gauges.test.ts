import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { watchCaps } from './cap-gauges.ts';

type Uses = Parameters<typeof watchCaps>[1];

/** The series of a metric as Prometheus would scrape them, `labels value`. */
async function seriesOf(name: string, read: Uses): Promise<string[]> {
  const registry = new Registry();
  watchCaps(registry, read);
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`));
}

describe('gauges of buyers’ caps', () => {
  it('count what is full by kind, kinds with none as 0', async () => {
    const uses = [
      { buyerId: 'byr_1', cap: 'daily', used: 5, limit: 5 },
      { buyerId: 'byr_2', cap: 'daily', used: 4, limit: 5 },
      { buyerId: 'byr_3', cap: 'concurrent', used: 0, limit: 0 },
    ];
    const series = await seriesOf('tollgate_buyer_caps_full', () => uses);
    expect(series.toSorted()).toEqual([
      'tollgate_buyer_caps_full{cap="concurrent"} 1',
      'tollgate_buyer_caps_full{cap="daily"} 1',
      'tollgate_buyer_caps_full{cap="hourly"} 0',
      'tollgate_buyer_caps_full{cap="monthly"} 0',
      'tollgate_buyer_caps_full{cap="spend"} 0',
      'tollgate_buyer_caps_full{cap="total"} 0',
    ]);
  });

  it('show the fullest hundred and no more, however many buyers there are', async () => {
    const uses = Array.from({ length: 1_000 }, (_, n) => ({
      buyerId: `byr_${n}`,
      cap: 'daily',
      used: n,
      limit: 1_000,
    }));
    const series = await seriesOf('tollgate_buyer_cap_used_ratio', () => uses);
    expect(series).toHaveLength(100);
    expect(series[0]).toBe('tollgate_buyer_cap_used_ratio{buyer="byr_999",cap="daily"} 0.999');
    expect(series.at(-1)).toBe('tollgate_buyer_cap_used_ratio{buyer="byr_900",cap="daily"} 0.9');
  });

  it('forget a buyer that is no longer among them', async () => {
    const registry = new Registry();
    let used = 1;
    watchCaps(registry, () => [{ buyerId: 'byr_1', cap: 'daily', used, limit: 2 }]);
    expect(await registry.metrics()).toContain('buyer="byr_1"');
    used = 0;
    expect(await registry.metrics()).not.toContain('buyer="byr_1"');
  });

  it('are read once a scrape, and let others have their turn in between', async () => {
    let reads = 0;
    let produced = 0;
    const read: Uses = function* () {
      reads += 1;
      for (; produced < 500; produced++) yield { buyerId: `byr_${produced}`, cap: 'daily', used: 1, limit: 2 };
    };
    const seen: number[] = [];
    const look = (): void => {
      seen.push(produced);
      if (produced < 500) setImmediate(look);
    };
    setImmediate(look);
    await seriesOf('tollgate_buyer_caps_full', read);
    expect(reads).toBe(1);
    const steps = seen.map((now, index) => now - (seen[index - 1] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(51);
  });
});
