import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config/settings.ts';
import { answers } from '../support/phone/behaviours.ts';
import { Phone } from '../support/phone/phone.ts';
import { DID, provision } from '../support/provision.ts';
import { Product } from '../support/product.ts';
import type { Json } from '../support/rest-client.ts';

const read = (path: string): string => readFileSync(new URL(`../../docker/${path}`, import.meta.url), 'utf8');

const alerts: Json = parse(read('prometheus/alerts.yml'));
const prometheus: Json = parse(read('prometheus/prometheus.yml'));
const dashboard: Json = JSON.parse(read('grafana/tollgate.json'));

const rules: readonly Json[] = alerts.groups.flatMap(({ rules: inGroup }: Json) => inGroup);
const panels: readonly Json[] = dashboard.panels.filter(({ type }: Json) => type !== 'row');

/** What is said of others than Tollgate: of Prometheus' own scrapes, and of the node exporter. */
const OF_OTHERS = /^(?:up$|node_)/;

/** Labels that Prometheus adds, and the node exporter's. */
const LABELS_OF_OTHERS = new Set(['instance', 'job', 'fstype']);

/** Each metric that a query names, with the labels it selects by. */
function selectorsIn(query: string): { metric: string; labels: string[] }[] {
  const bare = query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const names = bare.matchAll(/\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+|up)\b(?!\s*\()(?:\{([^}]*)\})?/g);
  return [...names]
    .filter(([, name = '']) => !/^(?:histogram_quantile|humanize.*|label_values)$/.test(name))
    .map(([, metric = '', selector = '']) => ({
      metric,
      labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }));
}

/** The metrics of a product that has carried a call over a trunk with a gateway, by name: the labels of their series. */
const labelsOf = new Map<string, Set<string>>();

beforeAll(async () => {
  const product = await Product.start();
  const buyer = await Phone.open({ name: 'ann', onCall: answers() });
  const carrier = await Phone.open({ name: 'carrier' });
  await provision(product, [{ name: 'ann', uri: buyer.uri, buyerCaps: { daily: 9 } }]);
  const call = carrier.call({ to: `sip:${DID}@${product.sip}` });
  await call.waitFor('confirmed');
  const during = String(await product.api('GET', '/metrics'));
  await call.bye();
  await product.onlyCdr();
  const scraped = `${during}\n${String(await product.api('GET', '/metrics'))}`;
  await Promise.all([buyer.close(), carrier.close(), product.stop()]);
  for (const [, name = '', type] of scraped.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    for (const part of type === 'histogram' || type === 'summary' ? ['_bucket', '_sum', '_count', ''] : ['']) {
      if (!labelsOf.has(name + part)) labelsOf.set(name + part, new Set());
    }
  }
  for (const [, name = '', labels = ''] of scraped.matchAll(/^(\w+)\{([^}]*)\} /gm)) {
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) labelsOf.get(name)?.add(label);
  }
});

/** What a query names that the product does not have. */
function unknownIn(query: string): string[] {
  return selectorsIn(query).flatMap(({ metric, labels }) => {
    if (OF_OTHERS.test(metric)) return [];
    const known = labelsOf.get(metric);
    if (!known) return [metric];
    // A metric that nothing has happened to has no series yet, and says nothing of its labels.
    if (known.size === 0) return [];
    return labels.filter((label) => !known.has(label) && !LABELS_OF_OTHERS.has(label)).map((l) => `${metric} by ${l}`);
  });
}

describe('the alert rules', () => {
  it('ask for metrics and labels that Tollgate has', () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.flatMap(({ expr }) => selectorsIn(expr)).length).toBeGreaterThan(15);
    expect(rules.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
  });

  it('have each a name of their own, a severity, and words for who is woken', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { labels, annotations } of rules) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(10);
      expect(annotations.description.length).toBeGreaterThan(10);
    }
  });

  it('are each in the operations guide', () => {
    const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    expect(rules.map(({ alert }) => alert).filter((alert) => !guide.includes(`\`${alert}\``))).toEqual([]);
  });
});

describe('the scrape configuration', () => {
  it('goes to the ports that Tollgate and drachtio-server have', () => {
    const targets = Object.fromEntries(
      prometheus.scrape_configs.map(({ job_name: job, static_configs: [{ targets: at }] }: Json) => [job, at]),
    );
    const [, port] = /<prometheus port="(\d+)">127\.0\.0\.1</.exec(read('drachtio/drachtio.conf.xml')) ?? [];
    expect(targets).toEqual({
      tollgate: [`127.0.0.1:${SETTINGS.HTTP_PORT.fallback}`],
      drachtio: [`127.0.0.1:${port}`],
      node: ['127.0.0.1:9100'],
    });
    expect(prometheus.rule_files).toEqual(['alerts.yml']);
  });
});

describe('the dashboard', () => {
  it('asks for metrics and labels that Tollgate has, by the data source and instance chosen', () => {
    const queries: string[] = panels.flatMap(({ targets }) => targets.map(({ expr }: Json) => expr));
    expect(queries.length).toBeGreaterThan(40);
    expect(queries.flatMap((query) => unknownIn(query))).toEqual([]);
    expect(queries.filter((query) => !query.includes('instance=~"$instance"'))).toEqual([]);
    const sources = panels.flatMap(({ datasource, targets }) => [
      datasource,
      ...targets.map((t: Json) => t.datasource),
    ]);
    expect(new Set(sources.map(({ uid }: Json) => uid))).toEqual(new Set(['${datasource}']));
  });

  it('lays its panels out without one upon the other, each by an id of its own', () => {
    const ids = dashboard.panels.map(({ id }: Json) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Set<string>();
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken).not.toContain(`${x},${y}`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });
});
