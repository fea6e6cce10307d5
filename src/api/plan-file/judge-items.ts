import { setImmediate as nextTurn } from 'node:timers/promises';

import type { InputProblem } from '../../domain/app-error.ts';
import type { ResourceChange, ResourceKind } from '../../store/resource-store.ts';
import { canonicalJson } from '../../store/canonical-json.ts';
import { mergePatch } from '../merge-patch.ts';
import type { ParseContext } from '../routes/collection.ts';
import { storedFields } from '../schemas/resource.ts';
import { createValidator } from '../validation/validator.ts';
import { collectionOf } from './collections.ts';
import { playLocal, type LocalPrompts } from './local-prompts.ts';
import { problemsOf, type AnyStored, type ImportMode, type MatchedItem } from './matched-item.ts';
import { MOST_PROBLEMS } from './plan-file.ts';
import { findMasks, keepSecrets } from './secrets.ts';

type Put = Extract<ResourceChange, { action: 'create' | 'update' }>;

/** An item that can be: what its resource would be when all is done. */
export interface JudgedItem extends MatchedItem {
  readonly resource: object;
  readonly archived: boolean;
  /** Whether that differs from what it is. */
  readonly changes: boolean;
}

/** What items are held against beside their collection's schema. */
export interface JudgeContext extends ParseContext {
  readonly localPrompts: LocalPrompts;
}

/** How many are looked at between two looks at the rest of the world. */
const STRIDE = 200;

/**
 * Makes of each item the resource that it asks for, and holds it against its collection's schema and rules, as a request
 * for it would be. Ends early where there are more problems than anybody would read.
 */
export async function judgeItems(
  matched: readonly MatchedItem[],
  mode: ImportMode,
  context: JudgeContext,
  tell: (done: number) => void,
): Promise<{ readonly judged: readonly JudgedItem[]; readonly problems: readonly InputProblem[] }> {
  const judged: JudgedItem[] = [];
  const problems: InputProblem[] = [];
  for (const [done, item] of matched.entries()) {
    const result = judge(item, mode, context);
    if ('resource' in result) judged.push(result);
    else problems.push(...problemsOf(item, result.problems));
    if (problems.length > MOST_PROBLEMS) break;
    if (done % STRIDE === STRIDE - 1) {
      tell(done + 1);
      await nextTurn();
    }
  }
  return { judged, problems };
}

function judge(
  matched: MatchedItem,
  mode: ImportMode,
  context: JudgeContext,
): JudgedItem | { readonly problems: readonly InputProblem[] } {
  const { item, existing } = matched;
  const { parse } = collectionOf(item.kind);
  const written = existing === null ? {} : structuredClone(writtenForm(item.kind, existing));
  const base = mode === 'merge' && existing ? { ...written, archived: existing.archived } : {};
  const wanted = mergePatch(base, keepSecrets(matched.given, written));
  const masks = findMasks(wanted);
  if (masks.length > 0) return { problems: masks.slice(0, MOST_PROBLEMS).map((path) => ({ path, message: MASKED })) };
  const validated = validatorOf(item.kind)(wanted);
  if (!validated.ok) return { problems: validated.error.problems };
  const { archived, ...fields } = validated.value as { readonly archived: boolean };
  const parsed = parse(fields, context);
  if (isProblems(parsed)) return { problems: parsed };
  const resource = playLocal(item.kind, parsed, context.localPrompts);
  return { ...matched, resource, archived, changes: existing === null || !isSame(existing, resource, archived) };
}

const MASKED = 'An export hides this (***), and there is none here to keep: write it.';

const validators = new Map<ResourceKind, ReturnType<typeof createValidator>>();

/** Compiled when first asked for. */
function validatorOf(kind: ResourceKind): ReturnType<typeof createValidator> {
  const known = validators.get(kind) ?? createValidator(storedFields(collectionOf(kind).fields));
  validators.set(kind, known);
  return known;
}

function isSame(existing: AnyStored, resource: object, archived: boolean): boolean {
  return archived === existing.archived && canonicalJson(resource) === canonicalJson(ownFields(existing));
}

/** A resource's fields as a client writes them. */
export function writtenForm(kind: ResourceKind, stored: AnyStored): Readonly<Record<string, unknown>> {
  const own = ownFields(stored);
  return { ...(collectionOf(kind).unparse?.(own) ?? own) };
}

/** A resource without its id and what the store keeps beside it. */
export function ownFields(stored: AnyStored): object {
  const { id: _id, createdAt: _born, updatedAt: _changed, revision: _revision, archived: _archived, ...own } = stored;
  return own;
}

/** The change that brings an item about. */
export function changeFor({ item, id, existing, resource, archived }: JudgedItem): Put {
  const action = existing === null ? 'create' : 'update';
  // What the kind's own collection has parsed is of that kind.
  return { action, kind: item.kind, id, fields: resource, archived } as Put;
}

function isProblems(parsed: object): parsed is readonly InputProblem[] {
  return Array.isArray(parsed);
}
