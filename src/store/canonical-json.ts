/**
 * JSON with one spelling per value: object keys in code-unit order, no white space, members that are undefined left
 * out (as RFC 8785 orders and spaces it). What is hashed is this text, so anyone can recompute it from the fields.
 *
 * @throws TypeError on what JSON can't hold faithfully: a number that is not finite, a function, undefined by itself
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `[${value.map(canonicalJson).join(',')}]` : canonicalObject(value);
    default:
      throw new TypeError(`A ${typeof value} has no JSON form`);
  }
}

function canonicalObject(object: object): string {
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const member: unknown = object[key as keyof typeof object];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
