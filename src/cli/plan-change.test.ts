import { describe, expect, test } from 'vitest';

import { noPlaces, PlanBuilder } from '../../test/support/routing-plan.ts';
import { CliError } from './cli-error.ts';
import { readPlanChange } from './plan-change.ts';

function world() {
  const builder = new PlanBuilder();
  const campaign = builder.campaign({ name: 'Roofing', priceMicros: 30_000_000 });
  builder.campaign({ name: 'Law' });
  builder.publisher({ name: 'Leads', payout: { kind: 'percent', percent: 50 } });
  const buyer = builder.buyer({ name: 'Acme' });
  const bay = builder.destination(buyer, { name: 'Bay' });
  const gate = builder.destination(buyer, { name: 'Gate', caps: { daily: 5, concurrent: 2 } });
  const area = builder.area({ name: 'Bay Area', include: [{ npa: '415' }] });
  const schedule = builder.schedule({ name: 'Hours', weekly: { mon: [['09:00', '17:00']] } });
  const routes = [
    builder.route(campaign, bay, { areaId: area }),
    builder.route(campaign, gate, { scheduleId: schedule }),
  ];
  builder.route(campaign, builder.destination(buyer, { name: 'Twin' }));
  builder.route(campaign, builder.destination(buyer, { name: 'Twin' }));
  const plan = builder.build();
  return { plan, routes, campaign, read: (text: string) => readPlanChange(text, plan, noPlaces) };
}

/** What is said of a file that is refused. */
function refusalOf(text: string): string {
  try {
    world().read(text);
  } catch (error) {
    if (error instanceof CliError) return `${error.code} ${error.exitCode}: ${error.message}`;
    throw error;
  }
  throw new Error('the change was taken');
}

describe('a file of changes', () => {
  test('changes resources by id and by name, fields merged as by PATCH', () => {
    const { plan, routes, campaign, read } = world();
    const changed = read(`
      campaigns: { Roofing: { order: price } }
      routes:
        Roofing > Bay: { priority: 2, caps: { daily: 20 } }
        ${routes[1]}: { enabled: false, scheduleId: null }
      destinations: { Gate: { caps: { daily: null } } }
      areas: { Bay Area: { include: [{ npa: "510" }] } }
      schedules: { Hours: { weekly: { sat: [["10:00", "12:00"]] } } }
    `).apply(plan);
    expect(changed.campaigns[0]).toMatchObject({ id: campaign, order: 'price', priceMicros: 30_000_000 });
    expect(changed.routes[0]).toMatchObject({ priority: 2, weight: 100, caps: { daily: 20 } });
    expect(changed.routes[1]).toMatchObject({ enabled: false });
    expect(changed.routes[1]).not.toHaveProperty('scheduleId');
    expect(changed.destinations[1]?.caps).toEqual({ concurrent: 2 });
    expect(changed.areas[0]?.include).toEqual([{ npa: '510' }]);
    expect(Object.keys(changed.schedules[0]?.weekly ?? {})).toEqual(['mon', 'sat']);
    expect(plan.campaigns[0]?.order).toBe('weight');
    expect(changed.buyers).toEqual(plan.buyers);
  });

  test('changes buyers and publishers, adds routes and takes them away', () => {
    const { plan, routes, read } = world();
    const changed = read(`
      buyers: { Acme: { caps: { daily: 3 } } }
      publishers: { Leads: { payout: { percent: 10 } } }
      routes:
        Roofing > Bay: null
        Law > Bay: { priority: 3, caps: { concurrent: 1 } }
        a second one: { campaignId: ${plan.campaigns[0]?.id}, destinationId: ${plan.destinations[1]?.id}, weight: 7 }
    `).apply(plan);
    expect(changed.buyers).toMatchObject([{ caps: { daily: 3 } }]);
    expect(changed.publishers).toMatchObject([{ payout: { kind: 'percent', percent: 10 } }]);
    expect(changed.routes.map(({ id }) => id)).toEqual([
      ...plan.routes.map(({ id }) => id).slice(1),
      'rte_new_4',
      'rte_new_5',
    ]);
    expect(changed.routes.some(({ id }) => id === routes[0])).toBe(false);
    expect(changed.routes.slice(-2)).toMatchObject([
      {
        campaignId: plan.campaigns[1]?.id,
        destinationId: plan.destinations[0]?.id,
        priority: 3,
        weight: 100,
        enabled: true,
      },
      { destinationId: plan.destinations[1]?.id, weight: 7, caps: {} },
    ]);
  });

  test('passes over what an older plan does not hold', () => {
    const { plan, read } = world();
    const change = read('campaigns: { Roofing: { order: price } }');
    expect(change.apply({ ...plan, campaigns: [] }).campaigns).toEqual([]);
  });

  test.each([
    ['no map', '- routes', 'the file: Write a map with some of'],
    ['nothing', '', 'the file: Write a map with some of'],
    ['an empty map', 'routes: {}', 'the file: It changes nothing.'],
    ['bad YAML, with its line', 'routes: {\n  a: [', 'at line 2'],
    ['an unknown kind', 'trunks: { Acme: {} }', '/trunks: Write a map with some of campaigns, publishers, buyers'],
    ['an unknown thing to take away', 'areas: { Nowhere: null }', '/areas/Nowhere: None of the areas has this'],
    ['half a new route', 'routes: { Roofing > Moon: { weight: 2 } }', 'A new one needs campaignId and destinationId'],
    [
      'a new route of another type',
      'routes: { Law > Bay: { weight: 0 } }',
      '/routes/Law > Bay/weight: Write 1 or more.',
    ],
    [
      'a new route to nowhere',
      'routes: { Moon: { campaignId: cmp_0, destinationId: dst_0 } }',
      '/routes/Moon: Its campaign cmp_0 does not exist',
    ],
    ['a buyer that leaves others behind', 'buyers: { Acme: null }', 'does not exist'],
    ['an unknown name', 'areas: { Nowhere: {} }', '/areas/Nowhere: None of the areas has this id or name'],
    ['an unknown route', 'routes: { Roofing > Moon: {} }', '/routes/Roofing > Moon: None of the routes'],
    ['a name that several have', 'routes: { Roofing > Twin: {} }', '/routes/Roofing > Twin: Several have this name'],
    ['fields that are no map', 'areas: { Bay Area: 5 }', '/areas/Bay Area: Write a map of fields, or null'],
    [
      'a field of the wrong type',
      'routes: { Roofing > Bay: { weight: 0 } }',
      '/routes/Roofing > Bay/weight: Write 1 or more.',
    ],
    [
      'a field that there is not',
      'routes: { Roofing > Bay: { wait: 1 } }',
      '/routes/Roofing > Bay/wait: There is no such field',
    ],
    [
      'hours that overlap',
      'schedules: { Hours: { weekly: { mon: [["09:00","12:00"],["11:00","13:00"]] } } }',
      '/schedules/Hours/weekly/mon',
    ],
    [
      'a reference to nothing',
      'routes: { Roofing > Bay: { areaId: area_0 } }',
      '/routes/Roofing > Bay: Its area area_0 does not exist',
    ],
  ])('with %s is refused, with its path', (_, text, message) => {
    expect(refusalOf(text)).toContain('invalid 2: The change can not be made:\n');
    expect(refusalOf(text)).toContain(message);
  });

  test('names every problem, and the second change of one resource', () => {
    const { routes } = world();
    const refusal = refusalOf(`
      routes:
        Roofing > Bay: { priority: 2 }
        ${routes[0]}: { priority: 3 }
      areas: { Nowhere: {} }
    `);
    expect(refusal).toContain(`/routes/${routes[0]}: ${routes[0]} is changed above already`);
    expect(refusal).toContain('/areas/Nowhere');
  });
});
