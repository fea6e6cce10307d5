import { describe, expect, it } from 'vitest';

import { answers } from '../support/phone/behaviours.ts';
import { DID } from '../support/provision.ts';
import type { Json } from '../support/rest-client.ts';
import { Stage } from './stage.ts';

/** A number of Toronto, one of Vancouver, and one of Buffalo across the lake. */
const [TORONTO, VANCOUVER, BUFFALO] = ['+14165550123', '+16045550123', '+17165550123'];

/** The product with a buyer each for Ontario, for downtown Toronto by its postal codes, and for all of Canada. */
async function threeAreas(): Promise<Stage> {
  const stage = await Stage.set({ buyers: { ontario: answers(), downtown: answers(), canada: answers() } });
  const areas = { ontario: { state: 'ON' }, downtown: { zipPrefix: 'M5V' }, canada: { country: 'CA' } };
  for (const [name, entry] of Object.entries(areas)) {
    const area = await stage.product.post('/areas', { name, include: [entry] });
    expect(area.include).toEqual([entry]);
    await stage.product.patch(`/routes/${stage.ids.routeIds[name]}`, { areaId: area.id });
  }
  return stage;
}

/** What a decision says of each buyer: its place, or why it is not for this caller. */
function saidOf(stage: Stage, candidates: readonly Json[]): Json {
  const said = new Map(
    candidates.map(({ routeId, verdict, place, reason }) => [routeId, verdict === 'selected' ? place : reason]),
  );
  return Object.fromEntries(Object.entries(stage.ids.routeIds).map(([name, id]) => [name, said.get(id)]));
}

describe('a caller in Canada', () => {
  it.each([
    [TORONTO, undefined, { ontario: 1, downtown: 'location-unknown', canada: 2 }],
    [VANCOUVER, undefined, { ontario: 'out-of-area', downtown: 'location-unknown', canada: 1 }],
    [VANCOUVER, 'M5V 2T6', { ontario: 1, downtown: 2, canada: 3 }],
    [TORONTO, 'v6b1a1', { ontario: 'out-of-area', downtown: 'out-of-area', canada: 1 }],
    ['anonymous', 'm5v3l9', { ontario: 1, downtown: 2, canada: 3 }],
    [BUFFALO, undefined, { ontario: 'out-of-area', downtown: 'location-unknown', canada: 'out-of-area' }],
  ])('%s, who enters %s, is for %j', async (ani, zip, expected) => {
    const stage = await threeAreas();
    const question = { did: DID, ani, seed: 1, ...(zip === undefined ? {} : { zip }) };
    const { candidates } = await stage.product.post('/route-decisions', question);
    expect(saidOf(stage, candidates)).toEqual(expected);
  });

  it('rings who serves the province, and the record says where they are and whence that is known', async () => {
    const stage = await threeAreas();
    const [call] = await stage.connect('ontario', { from: `<sip:${TORONTO}@carrier.example>` });
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(cdr.location).toMatchObject({
      source: 'number',
      country: 'CA',
      state: 'ON',
      npa: '416',
      timezone: 'America/Toronto',
    });
    expect(saidOf(stage, [...(cdr.decision?.candidates ?? [])])).toEqual({
      ontario: 1,
      downtown: 'location-unknown',
      canada: 2,
    });
  });
});
