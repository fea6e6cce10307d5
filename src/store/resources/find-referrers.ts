import type { PromptId } from '../../domain/ids.ts';
import { promptsNamedIn } from '../../domain/plan/prompts-named.ts';
import type { Sqlite } from '../database.ts';
import type { ResourceKind } from '../resource-store.ts';
import { KIND_NAMES, KINDS } from './resource-kinds.ts';

/** Where something may refer to a resource. */
interface Place {
  /** What refers, in the plural. */
  readonly sort: string;
  /** SQL for the ids of those that name `?`. */
  readonly query: string;
}

/** Records that name configuration: calls, money, keys. */
const RECORDS: Readonly<Record<ResourceKind, readonly Place[]>> = {
  trunks: [callsBy('trunk_id')],
  publishers: [callsBy('publisher_id'), ...accountOf('publisher')],
  buyers: [callsBy('buyer_id'), callsRinging('buyer_id'), ...accountOf('buyer')],
  areas: [],
  schedules: [],
  blocklist: [],
  destinations: [callsBy('destination_id'), callsRinging('destination_id'), callsThatDialled('destination_id')],
  campaigns: [callsBy('campaign_id')],
  dids: [{ sort: 'calls', query: 'SELECT calls.id FROM calls JOIN dids ON dids.number = calls.did WHERE dids.id = ?' }],
  routes: [callsBy('route_id'), callsRinging('route_id'), callsThatDialled('route_id')],
};

function callsBy(column: string): Place {
  return { sort: 'calls', query: `SELECT id FROM calls WHERE ${column} = ?` };
}

function callsRinging(column: string): Place {
  return { sort: 'calls in progress', query: `SELECT DISTINCT call_id AS id FROM reservations WHERE ${column} = ?` };
}

function callsThatDialled(column: string): Place {
  return { sort: 'calls that dialled it', query: `SELECT first_call_id AS id FROM dialled WHERE ${column} = ?` };
}

function accountOf(kind: 'buyer' | 'publisher'): readonly Place[] {
  return [
    { sort: 'ledger postings', query: `SELECT id FROM postings WHERE party = '${kind}:' || ?` },
    { sort: 'API keys', query: `SELECT id FROM api_keys WHERE role = '${kind}:' || ?` },
  ];
}

/** How many of each sort are named; there may be a million calls. */
const NAMED = 3;

/**
 * Says what refers to a resource, records of calls and money included: `routes rte_…, rte_… …`. Empty where nothing
 * does. That a decision looked at a route and rejected it is no reference: the record holds all it says of it.
 */
export function findReferrers(sqlite: Sqlite, kind: ResourceKind, id: string): string[] {
  return nameThem(sqlite, [...configurationNaming(kind), ...RECORDS[kind]], id);
}

/** The same of configuration alone, and of that only what is not archived. */
export function findReferrersInService(sqlite: Sqlite, kind: ResourceKind, id: string): string[] {
  const inService = configurationNaming(kind).map(({ sort, query }) => ({ sort, query: `${query} AND archived = 0` }));
  return nameThem(sqlite, inService, id);
}

function configurationNaming(kind: ResourceKind): readonly Place[] {
  return KIND_NAMES.flatMap((other): Place[] => {
    const { references, referenceLists = [] } = KINDS[other];
    const conditions = [
      ...references.filter(({ to }) => to === kind).map(({ column }) => `${column} = ?`),
      ...referenceLists
        .filter(({ to }) => to === kind)
        .map(({ field }) => `EXISTS (SELECT 1 FROM json_each(doc, '$.${field}') WHERE value = ?)`),
    ];
    return conditions.map((condition) => ({ sort: other, query: `SELECT id FROM ${other} WHERE ${condition}` }));
  });
}

function nameThem(sqlite: Sqlite, places: readonly Place[], id: string): string[] {
  return places.flatMap(({ sort, query }) => {
    const ids = sqlite
      .prepare<[string], string>(`${query} LIMIT ${NAMED + 1}`)
      .pluck()
      .all(id);
    return nameSome(sort, ids);
  });
}

/** Says what refers to a prompt, the same way. */
export function findPromptUsers(sqlite: Sqlite, id: PromptId): string[] {
  return KIND_NAMES.flatMap((kind) => {
    const rows = sqlite
      .prepare<[string], { id: string; doc: string }>(`SELECT id, doc FROM ${kind} WHERE instr(doc, ?) > 0 ORDER BY id`)
      .all(id);
    const users = rows.filter(({ doc }) =>
      promptsNamedIn(kind, JSON.parse(doc) as object).some((named) => named.id === id),
    );
    return nameSome(
      kind,
      users.map((user) => user.id),
    );
  });
}

function nameSome(sort: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [`${sort} ${ids.slice(0, NAMED).join(', ')}${ids.length > NAMED ? ' …' : ''}`];
}
