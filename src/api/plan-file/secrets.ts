import { isSecret, MASK } from '../../store/audit/mask-secrets.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What a file says of a thing, with the secrets it has already wherever the file masks them or leaves them out beside
 * the other fields of the same object.
 *
 * @param own its fields as they are kept
 */
export function keepSecrets(given: Fields, own: Fields): Fields {
  const kept = new Map(Object.entries(given));
  for (const [name, value] of Object.entries(own)) {
    const told = kept.get(name);
    if (isSecret(name, value)) {
      if (told === undefined || told === MASK) kept.set(name, value);
    } else if (isFields(value) && isFields(told)) {
      kept.set(name, keepSecrets(told, value));
    }
  }
  return Object.fromEntries(kept);
}

/** Where a mask stands for a secret that nobody has told: JSON Pointers. */
export function findMasks(value: unknown, path = ''): readonly string[] {
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    isSecret(name, inner) && inner === MASK ? [`${path}/${name}`] : findMasks(inner, `${path}/${name}`),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
