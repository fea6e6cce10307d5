import type { Sqlite } from '../database.ts';
import type { ResourceKind } from '../resource-store.ts';
import { KIND_NAMES, KINDS } from './resource-kinds.ts';

/** How many of each sort are named; there may be a million calls. */
const NAMED = 3;

/** Where records refer to configuration: an SQL query for the ids of those that name `?`. */
const RECORDS: Readonly<Record<ResourceKind, readonly string[]>> = {
  trunks: [callsBy('trunk_id')],
  publishers: [callsBy('publisher_id'), postingsOf('publisher:'), keysOf('publisher:')],
  buyers: [callsBy('buyer_id'), placesBy('buyer_id'), postingsOf('buyer:'), keysOf('buyer:')],
  areas: [],
  schedules: [],
  blocklist: [],
  destinations: [callsBy('destination_id'), attemptsBy('destination_id'), placesBy('destination_id')],
  campaigns: [callsBy('campaign_id')],
  dids: ['SELECT calls.id FROM calls JOIN dids ON dids.number = calls.did WHERE dids.id = ?'],
  routes: [callsBy('route_id'), attemptsBy('route_id'), placesBy('route_id')],
};

function callsBy(column: string): string {
  return `SELECT id FROM calls WHERE ${column} = ?`;
}

function attemptsBy(column: string): string {
  return `SELECT calls.id FROM attempts JOIN calls ON calls.seq = attempts.call_seq WHERE attempts.${column} = ?`;
}

function placesBy(column: string): string {
  return `SELECT call_id AS id FROM reservations WHERE ${column} = ?`;
}

function postingsOf(prefix: string): string {
  return `SELECT id FROM postings WHERE party = '${prefix}' || ?`;
}

function keysOf(prefix: string): string {
  return `SELECT id FROM api_keys WHERE role = '${prefix}' || ?`;
}

/** Says what refers to a resource, records of calls and money included. Empty where nothing does. */
export function findReferrers(sqlite: Sqlite, kind: ResourceKind, id: string): string[] {
  const found: string[] = [];
  for (const other of KIND_NAMES) {
    for (const { to, column } of KINDS[other].references) {
      if (to === kind) found.push(...describe(sqlite, other, `SELECT id FROM ${other} WHERE ${column} = ?`, id));
    }
  }
  for (const query of RECORDS[kind]) found.push(...describe(sqlite, 'records', query, id));
  return [...new Set(found)];
}

function describe(sqlite: Sqlite, sort: string, query: string, id: string): string[] {
  const ids = sqlite
    .prepare<[string], string>(`${query} LIMIT ${NAMED + 1}`)
    .pluck()
    .all(id);
  if (ids.length === 0) return [];
  const named = [...new Set(ids)].slice(0, NAMED).join(', ');
  return [`${sort} ${named}${ids.length > NAMED ? ' …' : ''}`];
}
