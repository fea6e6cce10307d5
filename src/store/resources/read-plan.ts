import type { RoutingPlan } from '../../domain/plan/routing-plan.ts';
import type { Sqlite } from '../database.ts';
import type { ResourceKind, Resources } from '../resource-store.ts';
import { toResource, type ResourceRow } from './resource-row.ts';

/**
 * Reads everything that is not archived as one consistent plan, each kind in order of id. What still refers to an
 * archived thing is in it: whoever joins the plan leaves that out and says so.
 */
export function readRoutingPlan(sqlite: Sqlite): RoutingPlan {
  const all = <Kind extends ResourceKind>(kind: Kind): Resources[Kind][] =>
    sqlite
      .prepare<[], Pick<ResourceRow<Kind>, 'id' | 'doc'>>(`SELECT id, doc FROM ${kind} WHERE archived = 0 ORDER BY id`)
      .all()
      .map((row) => toResource(row));
  const version = sqlite.prepare<[], number>("SELECT value FROM meta WHERE key = 'plan_version'").pluck();
  return sqlite.transaction(() => ({
    version: version.get() ?? 0,
    trunks: all('trunks'),
    dids: all('dids'),
    campaigns: all('campaigns'),
    publishers: all('publishers'),
    buyers: all('buyers'),
    destinations: all('destinations'),
    routes: all('routes'),
    areas: all('areas'),
    schedules: all('schedules'),
    blocklist: all('blocklist'),
  }))();
}
