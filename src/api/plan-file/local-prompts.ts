import { promptsNamedIn } from '../../domain/plan/prompts-named.ts';
import type { Configuration, ResourceKind } from '../../store/resource-store.ts';
import type { PlanFile } from './plan-file.ts';

/** Ids of prompts elsewhere, with those that prompts of the same name have here. */
export type LocalPrompts = ReadonlyMap<string, string>;

/** Finds the prompts here that those of a file are: by id, else by a name that one uploaded prompt has. */
export function findLocalPrompts({ prompts }: PlanFile, here: Configuration['prompts']): LocalPrompts {
  const known = new Set<string>(here.map(({ id }) => id));
  const byName = Map.groupBy(
    here.filter(({ builtIn }) => !builtIn),
    ({ name }) => name,
  );
  const found = prompts.flatMap(({ id, name }): [string, string][] => {
    const [only, ...others] = byName.get(name) ?? [];
    return known.has(id) || only === undefined || others.length > 0 ? [] : [[id, only.id]];
  });
  return new Map(found);
}

/** The resource, playing the prompts that are here. */
export function playLocal(kind: ResourceKind, resource: object, local: LocalPrompts): object {
  return promptsNamedIn(kind, resource).reduce((all, { path, id }) => {
    const here = local.get(id);
    return here === undefined ? all : replaceAt(all, path.slice(1).split('/'), here);
  }, resource);
}

function replaceAt(within: object, [name = '', ...rest]: readonly string[], value: string): object {
  const inner = (within as Readonly<Record<string, object>>)[name] ?? {};
  return { ...within, [name]: rest.length === 0 ? value : replaceAt(inner, rest, value) };
}
