import { describe, expect, it } from 'vitest';

import { startTestApi, type Json } from '../support/api.ts';

/**
 * Words that mean something else to each who reads them: a leg is `aLeg` or `bLeg`; money is a charge, a payout or an
 * adjustment; a call is answered, connected, billable, each by its own field; lengths say of what they are, and in what.
 */
const AMBIGUOUS = new Set([
  'gross',
  'net',
  'inbound',
  'outbound',
  'completed',
  'converted',
  'qualified',
  'duration',
  'revenue',
]);

/** Challenging the calls that come in is a trunk's, and no leg's; a prompt lasts as long as it does, of a call nothing is said. */
const EXCEPTIONS = new Set(['challengeInbound', 'durationMs']);

/** Every name of a field in a schema, however deep, with the schema of what it holds. */
function* fieldsOf(schema: Json): Generator<readonly [name: string, schema: Json]> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema) && typeof schema.properties === 'object') yield* Object.entries<Json>(schema.properties);
  for (const part of Object.values<Json>(schema)) yield* fieldsOf(part);
}

async function everyField(): Promise<readonly (readonly [string, Json])[]> {
  const api = await startTestApi();
  const document = await api.expect(200, 'GET', '/openapi.json');
  const parameters = Object.values<Json>(document.paths).flatMap((path) =>
    Object.values<Json>(path).flatMap((operation) =>
      (operation.parameters ?? []).map(({ name, schema }: Json) => [name, schema] as const),
    ),
  );
  return [...parameters, ...fieldsOf(document)];
}

/** `buyerCharge` is `buyer` and `charge`. */
const wordsOf = (name: string): string[] => name.split(/(?=[A-Z])|[^A-Za-z]/).map((word) => word.toLowerCase());

describe('the names of the API', () => {
  it('hold no word that means three things', async () => {
    const names = (await everyField()).map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['buyerVerdict', 'talkMs', 'connectedAt', 'limit']));
    const wrong = names.filter((name) => !EXCEPTIONS.has(name) && wordsOf(name).some((word) => AMBIGUOUS.has(word)));
    expect(wrong).toEqual([]);
  });

  it('say the unit of money and of lengths', async () => {
    const numbers = (await everyField()).filter(([, schema]) =>
      [schema.type].flat().some((type) => type === 'integer' || type === 'number'),
    );
    const money = numbers.filter(([name]) =>
      wordsOf(name).some((word) => /^(amount|price|charge|payout|balance|spend|credit)$/.test(word)),
    );
    expect(money.length).toBeGreaterThan(5);
    expect(money.filter(([name]) => !name.endsWith('Micros')).map(([name]) => name)).toEqual([]);
    const lengths = numbers.filter(([name]) =>
      wordsOf(name).some((word) => /^(talk|ring|setup|pdd|ivr|timeout|budget)$/.test(word)),
    );
    expect(lengths.length).toBeGreaterThan(5);
    expect(lengths.filter(([name]) => !/(?:Ms|S)$/.test(name)).map(([name]) => name)).toEqual([]);
  });
});
