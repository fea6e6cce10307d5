/** Fields whose values open something. */
const SECRETS: ReadonlySet<string> = new Set(['password', 'secret', 'key', 'token']);

/** What stands in a secret's place: that there was one may be known. */
const MASK = '***';

/** The value with every secret in it, however deep, masked. The value itself is left as it is. */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRETS.has(name) && typeof inner === 'string' ? MASK : maskSecrets(inner),
    ]),
  );
}
