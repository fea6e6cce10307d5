import type { RoutingPlan } from '../../domain/plan/routing-plan.ts';
import type { Sqlite } from '../database.ts';
import type { PromptRow } from '../prompts.ts';
import type { Configuration, ResourceKind, Resources, Stored } from '../resource-store.ts';
import { ROW_COLUMNS, toResource, toStored, type Doc, type ResourceRow } from './resource-row.ts';

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
  return sqlite.transaction(() => ({
    version: planVersion(sqlite),
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

/** Reads all there is, archived things too, as one consistent configuration, each kind in order of id. */
export function readConfiguration(sqlite: Sqlite): Configuration {
  const all = <Kind extends ResourceKind>(kind: Kind): Stored<Resources[Kind]>[] =>
    sqlite
      .prepare<[], ResourceRow<Kind>>(`SELECT ${ROW_COLUMNS} FROM ${kind} ORDER BY id`)
      .all()
      .map((row) => toStored(row));
  return sqlite.transaction(() => ({
    version: planVersion(sqlite),
    resources: {
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
    },
    prompts: sqlite
      .prepare<[], Pick<PromptRow, 'id' | 'name' | 'built_in'>>('SELECT id, name, built_in FROM prompts ORDER BY id')
      .all()
      .map(({ id, name, built_in: builtIn }) => ({ id, name, builtIn: builtIn === 1 })),
  }))();
}

/** The plan's version as it is now. */
export function planVersion(sqlite: Sqlite): number {
  return sqlite.prepare<[], number>("SELECT value FROM meta WHERE key = 'plan_version'").pluck().get() ?? 0;
}

/** Kinds that no routing decision rests on: no history is kept of them. */
const NOT_IN_HISTORY = { trunks: [], dids: [], blocklist: [] } as const;

/**
 * The part of the plan that routing decisions rest on, as it was in that version, each kind in order of id. Undefined for
 * versions before history was kept, and for those that are still to come.
 */
export function readPlanAt(sqlite: Sqlite, version: number): RoutingPlan | undefined {
  const bound = sqlite.prepare<[string], number>('SELECT value FROM meta WHERE key = ?').pluck();
  const from = bound.get('plan_history_since') ?? Number.POSITIVE_INFINITY;
  if (version < from || version > (bound.get('plan_version') ?? 0)) return undefined;
  // Of each resource the row of its highest version: with max(), SQLite takes bare columns from that very row.
  const rows = sqlite
    .prepare<[number], { kind: ResourceKind; id: string; doc: Doc<ResourceKind> | null }>(
      'SELECT kind, id, doc, max(version) FROM plan_history WHERE version <= ? GROUP BY kind, id ORDER BY kind, id',
    )
    .all(version);
  const all = <Kind extends ResourceKind>(kind: Kind): Resources[Kind][] =>
    rows.flatMap(({ id, doc, ...row }) =>
      row.kind === kind && doc !== null ? [toResource<Kind>({ id, doc: doc as Doc<Kind> })] : [],
    );
  return {
    version,
    ...NOT_IN_HISTORY,
    campaigns: all('campaigns'),
    publishers: all('publishers'),
    buyers: all('buyers'),
    destinations: all('destinations'),
    routes: all('routes'),
    areas: all('areas'),
    schedules: all('schedules'),
  };
}
