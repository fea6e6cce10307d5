import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Json } from '../../../test/support/api.ts';
import { plans } from '../../../test/support/plan-arbitrary.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { EpochMs } from '../../domain/time.ts';
import { createGazetteer } from '../../geo/gazetteer.ts';
import type { Store } from '../../store/open-store.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import { importPlan, type ImportResult } from './import-plan.ts';
import type { ImportMode } from './matched-item.ts';
import type { PlanText } from './plan-file.ts';
import { readPlanFile } from './read-plan-file.ts';
import { writeCsv } from './write-csv.ts';
import { writeJson } from './write-json.ts';
import { writeYaml } from './write-yaml.ts';

const gazetteer = createGazetteer();
const IN_SERVICE = { archived: false };

async function bringIn(
  { resources }: Store,
  text: PlanText,
  mode: ImportMode = 'merge',
): Promise<Partial<ImportResult['counts']>> {
  const parts = { resources, gazetteer, mediaServer: true, now: () => Date.UTC(2026, 10, 21) as EpochMs };
  const { counts } = await importPlan(parts, readPlanFile(text), { mode, dryRun: false });
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Everything that calls are decided on, but for the version. */
async function planOf({ resources }: Store): Promise<Json> {
  const { version: _, ...plan } = await resources.readPlan();
  return plan;
}

it(
  'Whatever is configured comes out of an empty store as it went in, and a second import changes nothing',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const source = temporaryStore();
        const total = Object.values<Json[]>(plan).flat().length;
        expect(await bringIn(source, { format: 'json', text: JSON.stringify(plan) })).toEqual({ created: total });
        const expected = await planOf(source);
        const configuration = await source.resources.readAll();
        const json = writeJson(configuration, IN_SERVICE);

        const whole: readonly PlanText[] = [
          { format: 'json', text: json },
          { format: 'yaml', text: await writeYaml(configuration, IN_SERVICE) },
        ];
        for (const file of whole) {
          const target = temporaryStore();
          expect(await bringIn(target, file)).toEqual({ created: total });
          expect(await planOf(target)).toEqual(expected);
          expect(writeJson(await target.resources.readAll(), IN_SERVICE)).toBe(json);
          expect(await bringIn(target, file, 'replace')).toEqual({ unchanged: total });
          target.close();
        }

        const target = temporaryStore();
        for (const kind of KIND_NAMES) {
          const text = writeCsv(configuration, kind, IN_SERVICE);
          expect(await bringIn(target, { format: 'csv', text, kind })).toEqual({ created: plan[kind].length });
          expect(await bringIn(target, { format: 'csv', text, kind })).toEqual({ unchanged: plan[kind].length });
          expect(writeCsv(await target.resources.readAll(), kind, IN_SERVICE)).toBe(text);
        }
        expect(await planOf(target)).toEqual(expected);
        target.close();
        source.close();
      }),
      { numRuns: 15 },
    );
  },
);
