import type { InputProblem } from '../../domain/app-error.ts';
import type { ResourceKind } from '../../store/resource-store.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import { escapePointer } from '../merge-patch.ts';
import { invalid } from '../validation/validator.ts';
import { MOST_PROBLEMS, refuseTooMany, type PlanFile, type PlanItem } from './plan-file.ts';
import { isTooDeep, TOO_DEEP } from './too-deep.ts';

/** Where things stand in a file: of a collection, or of one of its items. Empty where that isn't known. */
export type Locate = (kind: string, index?: number) => Pick<PlanItem, 'line' | 'fieldLines'>;

/**
 * Reads a map of collections, each a list of maps, as the items of a plan.
 *
 * @throws AppError `invalid` where it is something else
 */
export function readContent(content: unknown, locate: Locate = () => ({})): PlanFile {
  if (!isMap(content)) throw invalid([{ path: '', message: `Write a map of lists: ${KNOWN}.` }]);
  const problems: InputProblem[] = [];
  const kinds: ResourceKind[] = [];
  const items: PlanItem[] = [];
  const prompts: NamedPrompt[] = [];
  for (const [name, list] of Object.entries(content)) {
    if (problems.length >= MOST_PROBLEMS) break;
    const { line } = locate(name);
    const refuse = (message: string): unknown =>
      problems.push({ path: `/${escapePointer(name)}`, message, ...(line === undefined ? {} : { line }) });
    const kind = KIND_NAMES.find((known) => known === name);
    if (name === 'prompts' && isPromptList(list)) prompts.push(...list);
    else if (name === 'prompts') refuse('Write a list of prompts, each with its id and name.');
    else if (kind === undefined) refuse(`There is no such collection. Known here: ${KNOWN}.`);
    else if (!Array.isArray(list)) refuse('Write a list, with an entry for each.');
    else {
      refuseTooMany(items.length + list.length);
      kinds.push(kind);
      for (const [index, given] of (list as readonly unknown[]).entries()) {
        const at = { kind, path: `/${kind}/${index}`, ...locate(kind, index) };
        if (!isMap(given)) problems.push({ path: at.path, message: 'Write a map of fields.', ...lineOf(at) });
        else if (isTooDeep(given)) problems.push({ path: at.path, message: TOO_DEEP, ...lineOf(at) });
        else items.push({ ...at, given });
        if (problems.length >= MOST_PROBLEMS) throw invalid(problems);
      }
    }
  }
  if (problems.length > 0) throw invalid(problems);
  return { kinds, items, prompts };
}

const KNOWN = ['prompts', ...KIND_NAMES].join(', ');

type NamedPrompt = PlanFile['prompts'][number];

function isPromptList(list: unknown): list is readonly NamedPrompt[] {
  return (
    Array.isArray(list) &&
    list.every((each) => isMap(each) && typeof each['id'] === 'string' && typeof each['name'] === 'string')
  );
}

function lineOf({ line }: Pick<PlanItem, 'line'>): { readonly line?: number } {
  return line === undefined ? {} : { line };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
