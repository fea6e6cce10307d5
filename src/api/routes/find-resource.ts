import { AppError } from '../../domain/app-error.ts';
import type { ResourceKind, Resources, ResourceStore, Stored } from '../../store/resource-store.ts';

/** A resource, or undefined where there is none: that a reference leads nowhere is the store's to say. */
export async function findResource<Kind extends ResourceKind>(
  resources: Pick<ResourceStore, 'get'>,
  kind: Kind,
  id: string,
): Promise<Stored<Resources[Kind]> | undefined> {
  try {
    return await resources.get(kind, id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** The same of those in service alone. */
export async function findInService<Kind extends ResourceKind>(
  resources: Pick<ResourceStore, 'get'>,
  kind: Kind,
  id: string,
): Promise<Stored<Resources[Kind]> | undefined> {
  const found = await findResource(resources, kind, id);
  return found?.archived ? undefined : found;
}
