import type { InputProblem } from '../../domain/app-error.ts';
import type { ResourceKind } from '../../store/resource-store.ts';
import { KINDS } from '../../store/resources/resource-kinds.ts';
import { cutText } from '../cut-text.ts';
import { MOST_PROBLEMS } from './plan-file.ts';

/** A field that names other resources by id, and the field that may name them by their names instead. */
export interface ReferencePlace {
  /** The way to the object that holds both. */
  readonly within: readonly string[];
  /** `campaignId`, `acceptedPublisherIds`. */
  readonly field: string;
  /** `campaign`, `acceptedPublishers`. */
  readonly alias: string;
  readonly to: ResourceKind;
}

/** Every such field of a kind. */
export function referencePlaces(kind: ResourceKind): readonly ReferencePlace[] {
  const { references, referenceLists = [] } = KINDS[kind];
  return [
    ...references.map(({ path, to }) => ({ way: path.slice(1).split('/'), to })),
    ...referenceLists.map(({ field, to }) => ({ way: [field], to })),
  ].map(({ way, to }) => {
    const field = way.at(-1) ?? '';
    return { within: way.slice(0, -1), field, alias: field.replace(/Id(s?)$/, '$1'), to };
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** Ids of what is in service under this name when all is done. */
export type FindByName = (kind: ResourceKind, name: string) => readonly string[];

/** What names have come to. */
export interface NamedById {
  readonly fields: Fields;
  /** What is wrong with names that say nothing, or too much. */
  readonly problems: readonly InputProblem[];
  /** JSON Pointers of the fields whose ids these problems leave open. */
  readonly open: readonly string[];
}

/** Puts ids where names stand. A name that can be an id of the kind is one. */
export function nameById(kind: ResourceKind, given: Fields, find: FindByName): NamedById {
  const problems: InputProblem[] = [];
  const open: string[] = [];
  const fields = referencePlaces(kind).reduce((all, place) => {
    const before = problems.length;
    const named = replaceWithin(all, place.within, (holder) => replaceName(holder, place, find, problems));
    if (problems.length > before) open.push(['', ...place.within, place.field].join('/'));
    return named;
  }, given);
  return { fields, problems, open };
}

function replaceWithin(fields: Fields, within: readonly string[], replace: (holder: Fields) => Fields): Fields {
  const [name, ...rest] = within;
  if (name === undefined) return replace(fields);
  const inner = fields[name];
  return isFields(inner) ? { ...fields, [name]: replaceWithin(inner, rest, replace) } : fields;
}

function replaceName(
  holder: Fields,
  { within, field, alias, to }: ReferencePlace,
  find: FindByName,
  problems: InputProblem[],
): Fields {
  if (!Object.hasOwn(holder, alias)) return holder;
  const { [alias]: named, ...rest } = holder;
  if (named === null) return { [field]: null, ...rest };
  const path = ['', ...within, alias].join('/');
  const ids = Array.isArray(named)
    ? named.map((name, index) => readName(name, to, find, `${path}/${index}`, problems))
    : readName(named, to, find, path, problems);
  const told = rest[field];
  if (told !== undefined && told !== null && JSON.stringify(told) !== JSON.stringify(ids)) {
    problems.push({ path, message: `This names another one than ${field} does: leave one of the two out.` });
  }
  return { ...rest, [field]: ids };
}

/** The id; where there is none, the name itself, of which a problem tells. */
function readName(name: unknown, to: ResourceKind, find: FindByName, path: string, problems: InputProblem[]): unknown {
  if (typeof name !== 'string') {
    problems.push({ path, message: 'Write a name, or an id, as text.' });
    return name;
  }
  if (isIdOf(to, name)) return name;
  const ids = find(to, name);
  const [id] = ids;
  if (ids.length === 1) return id;
  const quoted = JSON.stringify(cutText(name));
  const message =
    id === undefined
      ? `There is no ${quoted} among the ${to} in service: check the name, or give its id.`
      : `Several of the ${to} are called ${quoted}: give the id of one, ${ids.slice(0, MOST_NAMED).join(' or ')}.`;
  // More would tell nobody more, and a list has room for millions.
  if (problems.length < MOST_PROBLEMS) problems.push({ path, message });
  return name;
}

const MOST_NAMED = 5;

/** Whether the text is an id as the store makes them: the kind's prefix and a ULID in Crockford's base 32. */
export function isIdOf(kind: ResourceKind, text: string): boolean {
  const { prefix } = KINDS[kind];
  return text.startsWith(prefix) && /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text.slice(prefix.length));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
