/**
 * Chooses what to answer with by an Accept header (RFC 9110 section 12.5.1): the type with the highest weight, the first
 * offered where weights are equal, and also where nothing that is offered is accepted: a client gets something.
 */
export function preferredType<const Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  const ranges = (accept ?? '*/*').split(',').map(readRange);
  const weightOf = (type: string): number => {
    const specific = [type, `${type.split('/', 1)[0]}/*`, '*/*'];
    const range = specific.map((name) => ranges.find(({ type }) => type === name)).find((found) => found !== undefined);
    return range?.weight ?? 0;
  };
  return offered.reduce((best, type) => (weightOf(type) > weightOf(best) ? type : best));
}

function readRange(text: string): { readonly type: string; readonly weight: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
}
