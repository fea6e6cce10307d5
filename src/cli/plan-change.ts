import { parseDocument } from 'yaml';

import { escapePointer, mergePatch } from '../api/merge-patch.ts';
import { areas } from '../api/routes/areas.ts';
import { buyers } from '../api/routes/buyers.ts';
import { campaigns } from '../api/routes/campaigns.ts';
import type { ParseContext } from '../api/routes/collection.ts';
import { destinations } from '../api/routes/destinations.ts';
import { publishers } from '../api/routes/publishers.ts';
import { routes } from '../api/routes/routes.ts';
import { schedules } from '../api/routes/schedules.ts';
import { createValidator } from '../api/validation/validator.ts';
import type { InputProblem } from '../domain/app-error.ts';
import type { Gazetteer } from '../domain/numbers/location.ts';
import type { RoutingPlan } from '../domain/plan/routing-plan.ts';
import { buildRoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { CliError, EXIT } from './cli-error.ts';

/** Collections that a change can reach into, with what the API knows of their fields. */
const COLLECTIONS = { campaigns, publishers, buyers, destinations, areas, schedules, routes };
type Kind = keyof typeof COLLECTIONS;
const KINDS = Object.keys(COLLECTIONS) as readonly Kind[];

/** What a file of changes asks for: a merge patch (RFC 7396) for each of some resources, routes that are new, and removals. */
export interface PlanChange {
  /**
   * The plan with the changes made; resources it does not hold (yet) are passed over.
   *
   * @throws CliError `invalid` where that version of a resource can't take its change
   */
  apply(plan: RoutingPlan): RoutingPlan;
}

interface ResourceChange {
  /** `add` is for routes alone: of others, a name that there isn't is more likely a slip. */
  readonly action: 'change' | 'add' | 'remove';
  readonly kind: Kind;
  readonly id: string;
  /** All of its fields, where it is added. */
  readonly patch: Fields;
  /** Where the file asks for it. */
  readonly path: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a file of changes, and tries them on the present plan. Resources go by id or by name, a route by
 * `campaign > destination`; a route that there isn't is added, and `null` takes a resource away.
 *
 * @throws CliError `invalid` with every problem and the path of each (exit code 2)
 */
export function readPlanChange(text: string, plan: RoutingPlan, gazetteer: Gazetteer): PlanChange {
  const changes = findTargets(parse(text), plan);
  const change = { apply: (old: RoutingPlan) => applyAll(changes, old, gazetteer) };
  const broken = new Set(buildRoutingSnapshot(plan, gazetteer).problems.map(describeProblem));
  const newlyBroken = buildRoutingSnapshot(change.apply(plan), gazetteer)
    .problems.filter((problem) => !broken.has(describeProblem(problem)))
    .map((problem) => ({ path: pathOf(changes, problem.id), message: problem.message }));
  if (newlyBroken.length > 0) throw refuse(newlyBroken);
  return change;
}

function parse(text: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw refuse(document.errors.map(({ message }) => ({ path: '', message: message.split('\n')[0] ?? message })));
  }
  return document.toJS() as unknown;
}

/** Which resources the file means. */
function findTargets(content: unknown, plan: RoutingPlan): readonly ResourceChange[] {
  const problems: InputProblem[] = [];
  const changes: ResourceChange[] = [];
  const known = `Write a map with some of ${KINDS.join(', ')}.`;
  if (!isMap(content)) throw refuse([{ path: '', message: known }]);
  for (const [name, targets] of Object.entries(content)) {
    const kind = KINDS.find((each) => each === name);
    if (kind === undefined) problems.push({ path: `/${escapePointer(name)}`, message: known });
    else if (!isMap(targets)) problems.push({ path: `/${kind}`, message: 'Write a map of ids or names.' });
    else {
      for (const [key, patch] of Object.entries(targets)) {
        const path = `/${kind}/${escapePointer(key)}`;
        const found = findTarget(kind, key, patch, plan);
        if (typeof found === 'string') problems.push({ path, message: found });
        else changes.push({ ...found, kind, path, id: found.id ?? `rte_new_${changes.length + 1}` });
      }
    }
  }
  const twice = changes.filter(({ id }, place) => changes.findIndex((other) => other.id === id) < place);
  problems.push(...twice.map(({ id, path }) => ({ path, message: `${id} is changed above already: write all once.` })));
  if (problems.length > 0) throw refuse(problems);
  if (changes.length === 0) throw refuse([{ path: '', message: `It changes nothing. ${known}` }]);
  return changes;
}

/** What a key and what stands under it ask for, without an id where it is new; or what is wrong with that. */
function findTarget(
  kind: Kind,
  key: string,
  patch: unknown,
  plan: RoutingPlan,
): (Pick<ResourceChange, 'action' | 'patch'> & { readonly id?: string }) | string {
  const [id, ...others] = idsOf(kind, key, plan);
  if (others.length > 0) return `Several have this name: write the id of one, ${[id, ...others].join(' or ')}.`;
  if (patch !== null && !isMap(patch)) return 'Write a map of fields, or null to take it away.';
  if (id !== undefined) return patch === null ? { action: 'remove', id, patch: {} } : { action: 'change', id, patch };
  const names = kind === 'routes' ? 'id, or its "campaign > destination"' : 'id or name';
  const none = `None of the ${kind} has this ${names}: GET /v1/${kind} lists them.`;
  if (kind !== 'routes' || patch === null) return none;
  const fields = { ...endsOf(key, plan), ...patch };
  if ('campaignId' in fields && 'destinationId' in fields) return { action: 'add', patch: fields };
  return `${none} A new one needs campaignId and destinationId, or both by name as its key: "Roofing > Front desk".`;
}

/** The campaign and the destination that a new route's key names, where there is just one of each. */
function endsOf(key: string, plan: RoutingPlan): Fields {
  const ends = plan.campaigns.flatMap((campaign) =>
    plan.destinations
      .filter((destination) => `${campaign.name} > ${destination.name}` === key)
      .map((destination) => ({ campaignId: campaign.id, destinationId: destination.id })),
  );
  return ends.length === 1 ? (ends[0] ?? {}) : {};
}

/** Ids that a key may mean. */
function idsOf(kind: Kind, key: string, plan: RoutingPlan): readonly string[] {
  const byId = plan[kind].filter(({ id }) => id === key);
  if (byId.length > 0) return [key];
  if (kind !== 'routes') return plan[kind].filter(({ name }) => name === key).map(({ id }) => id);
  return plan.routes.filter((route) => nameOfRoute(route, plan) === key).map(({ id }) => id);
}

/** `Roofing > Front desk`. */
function nameOfRoute({ campaignId, destinationId }: RoutingPlan['routes'][number], plan: RoutingPlan): string {
  const campaign = plan.campaigns.find(({ id }) => id === campaignId);
  const destination = plan.destinations.find(({ id }) => id === destinationId);
  return `${campaign?.name} > ${destination?.name}`;
}

function applyAll(changes: readonly ResourceChange[], plan: RoutingPlan, gazetteer: Gazetteer): RoutingPlan {
  const problems: InputProblem[] = [];
  const taken = ({ kind, patch, path }: ResourceChange, fields: object): object | undefined => {
    const result = takePatch(kind, fields, patch, gazetteer);
    if ('fields' in result) return result.fields;
    problems.push(...result.problems.map((problem) => ({ ...problem, path: path + problem.path })));
    return undefined;
  };
  const changed = <Of extends Kind>(kind: Of): RoutingPlan[Of] => {
    const wanted = new Map(changes.filter((change) => change.kind === kind).map((change) => [change.id, change]));
    const all: readonly { readonly id: string }[] = plan[kind];
    return all.flatMap((resource) => {
      const change = wanted.get(resource.id);
      if (change === undefined) return resource;
      if (change.action === 'remove') return [];
      const { id, ...fields } = resource;
      return { id, ...taken(change, fields) };
    }) as unknown as RoutingPlan[Of];
  };
  const added = changes.flatMap((change) => {
    const fields = change.action === 'add' ? taken(change, {}) : undefined;
    return fields === undefined ? [] : { id: change.id, ...fields };
  }) as unknown as RoutingPlan['routes'];
  const result = {
    ...plan,
    campaigns: changed('campaigns'),
    publishers: changed('publishers'),
    buyers: changed('buyers'),
    destinations: changed('destinations'),
    areas: changed('areas'),
    schedules: changed('schedules'),
    routes: [...changed('routes'), ...added],
  };
  if (problems.length > 0) throw refuse(problems);
  return result;
}

/** The fields as the API would keep them after such a PATCH, or what it would say of it. */
function takePatch(
  kind: Kind,
  fields: object,
  patch: Fields,
  gazetteer: Gazetteer,
): { readonly fields: object } | { readonly problems: readonly InputProblem[] } {
  const collection = COLLECTIONS[kind];
  const merged = createValidator(collection.fields)(structuredClone(mergePatch(fields, patch)));
  if (!merged.ok) return { problems: merged.error.problems };
  // Validated by this very collection's schema one line above, which the union of all can't tell.
  const parse = collection.parse as (value: unknown, context: ParseContext) => object | readonly InputProblem[];
  // Whoever asks what would be may ask it of a media server too: nothing is played, and nothing saved.
  const read = parse(merged.value, { gazetteer, mediaServer: true });
  return isProblems(read) ? { problems: read } : { fields: read };
}

function isProblems(read: object | readonly InputProblem[]): read is readonly InputProblem[] {
  return Array.isArray(read);
}

function describeProblem({ id, message }: { readonly id: string; readonly message: string }): string {
  return `${id} ${message}`;
}

function pathOf(changes: readonly ResourceChange[], id: string): string {
  return changes.find((change) => change.id === id)?.path ?? `/${id}`;
}

function refuse(problems: readonly InputProblem[]): CliError {
  const lines = problems.map(({ path, message }) => `  ${path === '' ? 'the file' : path}: ${message}`);
  return new CliError('invalid', ['The change can not be made:', ...lines].join('\n'), EXIT.usage);
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
