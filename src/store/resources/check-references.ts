import { AppError, type InputProblem } from '../../domain/app-error.ts';
import { promptsNamedIn } from '../../domain/plan/prompts-named.ts';
import type { Sqlite } from '../database.ts';
import type { ResourceKind } from '../resource-store.ts';
import { referencesIn } from './resource-kinds.ts';

/**
 * Makes sure that everything a resource refers to is there and, where the reference is new, not archived: what named a
 * thing before it was archived may go on naming it.
 *
 * @param before its fields until now, where it exists already
 * @throws AppError `invalid` with the path of each reference that leads nowhere
 */
export function checkReferences(sqlite: Sqlite, kind: ResourceKind, fields: object, before: object = {}): void {
  const problems: InputProblem[] = [];
  const namedBefore = new Set(referencesIn(kind, before).map(({ id }) => id));
  for (const { path, to, id } of referencesIn(kind, fields)) {
    const archived = sqlite.prepare<[string], number>(`SELECT archived FROM ${to} WHERE id = ?`).pluck().get(id);
    if (archived === undefined) {
      problems.push({ path, message: `there is no ${id} among the ${to}` });
    } else if (archived === 1 && !namedBefore.has(id)) {
      problems.push({ path, message: `${id} is archived: bring it back first, or name another` });
    }
  }
  const prompt = sqlite.prepare<[string]>('SELECT 1 FROM prompts WHERE id = ?');
  for (const { path, id } of promptsNamedIn(kind, fields)) {
    if (prompt.get(id) === undefined) problems.push({ path, message: `there is no ${id} among the prompts` });
  }
  if (problems.length === 0) return;
  const detail = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new AppError('invalid', detail, { problems });
}
