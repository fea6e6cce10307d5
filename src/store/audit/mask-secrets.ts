/** Fields whose values open something. */
const SECRETS: ReadonlySet<string> = new Set(['password', 'secret', 'key', 'token']);

/** What stands in a secret's place: that there was one may be known. */
export const MASK = '***';

/** Whether a field of this name and value is a secret. */
export function isSecret(name: string, value: unknown): value is string {
  return SECRETS.has(name) && typeof value === 'string';
}

/** The value with every secret in it, however deep, masked. The value itself is left as it is. */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecret(name, inner) ? MASK : maskSecrets(inner)]),
  );
}
