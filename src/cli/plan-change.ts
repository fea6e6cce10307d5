import { parseDocument } from 'yaml';

import { escapePointer, mergePatch } from '../api/merge-patch.ts';
import { areas } from '../api/routes/areas.ts';
import { campaigns } from '../api/routes/campaigns.ts';
import type { ParseContext } from '../api/routes/collection.ts';
import { destinations } from '../api/routes/destinations.ts';
import { routes } from '../api/routes/routes.ts';
import { schedules } from '../api/routes/schedules.ts';
import { createValidator } from '../api/validation/validator.ts';
import type { InputProblem } from '../domain/app-error.ts';
import type { Gazetteer } from '../domain/numbers/location.ts';
import type { RoutingPlan } from '../domain/plan/routing-plan.ts';
import { buildRoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { CliError, EXIT } from './cli-error.ts';

/** Collections that a change can reach into, with what the API knows of their fields. */
const COLLECTIONS = { campaigns, destinations, areas, schedules, routes };
type Kind = keyof typeof COLLECTIONS;
const KINDS = Object.keys(COLLECTIONS) as readonly Kind[];

/** What a file of changes asks for: a merge patch (RFC 7396) for each of some resources. */
export interface PlanChange {
  /**
   * The plan with the changes made; resources it does not hold (yet) are passed over.
   *
   * @throws CliError `invalid` where that version of a resource can't take its change
   */
  apply(plan: RoutingPlan): RoutingPlan;
}

interface ResourceChange {
  readonly kind: Kind;
  readonly id: string;
  readonly patch: unknown;
  /** Where the file asks for it. */
  readonly path: string;
}

/**
 * Reads a file of changes, and tries them on the present plan. Resources go by id or by name, a route by
 * `campaign > destination`.
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
        const ids = idsOf(kind, key, plan);
        if (ids.length === 1 && ids[0] !== undefined && isMap(patch)) changes.push({ kind, id: ids[0], patch, path });
        else problems.push({ path, message: isMap(patch) ? noTarget(kind, ids) : 'Write a map of fields.' });
      }
    }
  }
  const twice = changes.filter(({ id }, place) => changes.findIndex((other) => other.id === id) < place);
  problems.push(...twice.map(({ id, path }) => ({ path, message: `${id} is changed above already: write all once.` })));
  if (problems.length > 0) throw refuse(problems);
  if (changes.length === 0) throw refuse([{ path: '', message: `It changes nothing. ${known}` }]);
  return changes;
}

function noTarget(kind: Kind, ids: readonly string[]): string {
  if (ids.length > 1) return `Several have this name: write the id of one, ${ids.join(' or ')}.`;
  const names = kind === 'routes' ? 'id, or its "campaign > destination"' : 'id or name';
  return `None of the ${kind} has this ${names}: GET /v1/${kind} lists them.`;
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
  const changed = <Of extends Kind>(kind: Of): RoutingPlan[Of] => {
    const wanted = new Map(changes.filter((change) => change.kind === kind).map((change) => [change.id, change]));
    return plan[kind].map((resource) => {
      const change = wanted.get(resource.id);
      if (change === undefined) return resource;
      const { id, ...fields } = resource;
      const taken = takePatch(kind, fields, change.patch, gazetteer);
      if ('fields' in taken) return { id, ...taken.fields };
      problems.push(...taken.problems.map(({ path, message }) => ({ path: change.path + path, message })));
      return resource;
    }) as unknown as RoutingPlan[Of];
  };
  const result = {
    ...plan,
    campaigns: changed('campaigns'),
    destinations: changed('destinations'),
    areas: changed('areas'),
    schedules: changed('schedules'),
    routes: changed('routes'),
  };
  if (problems.length > 0) throw refuse(problems);
  return result;
}

/** The fields as the API would keep them after such a PATCH, or what it would say of it. */
function takePatch(
  kind: Kind,
  fields: object,
  patch: unknown,
  gazetteer: Gazetteer,
): { readonly fields: object } | { readonly problems: readonly InputProblem[] } {
  const collection = COLLECTIONS[kind];
  const merged = createValidator(collection.fields)(structuredClone(mergePatch(fields, patch)));
  if (!merged.ok) return { problems: merged.error.problems };
  // Validated by this very collection's schema one line above, which the union of all five can't tell.
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

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
