import { Type, type TSchemaOptions, type TUnsafe } from 'typebox';

import type { IsoInstant } from '../../domain/time.ts';

/** A thousand million units of the currency: no price is higher, and sums of many stay whole numbers. */
const MAX_MICROS = 1_000_000_000_000_000;

/** Objects here take the fields they name and no others. */
export const STRICT = { additionalProperties: false } as const;

/** An id as examples show it. */
export function exampleId(prefix: string): string {
  return `${prefix}01JD6Z5V8QK3M4N7P9R2S5T8W1`;
}

/** An id, branded as what it names. Whether the thing exists is the store's to say. */
export function idField<Id extends string>(prefix: string, description: string): TUnsafe<Id> {
  return Type.Unsafe<Id>({
    type: 'string',
    minLength: 1,
    maxLength: 64,
    description,
    examples: [exampleId(prefix)],
  });
}

/** One line of text that a person reads. */
export function textField(description: string, example: string, options: TSchemaOptions = {}) {
  return Type.String({
    minLength: 1,
    maxLength: 200,
    // Some character that shows, no control character, and no half of a surrogate pair.
    pattern: '^(?=.*\\S)[^\\x00-\\x1f\\x7f\\ud800-\\udfff]+$',
    'x-expects': 'Write one line of text with 1 to 200 characters, no control characters among them.',
    description,
    examples: [example],
    ...options,
  });
}

/** An amount in micros (1/1 000 000) of the account's currency. */
export function microsField(description: string, example: number, options: TSchemaOptions & { minimum?: number } = {}) {
  return Type.Integer({
    minimum: 0,
    maximum: MAX_MICROS,
    description: `${description} In micros: 1 000 000 is one unit of the account's currency.`,
    examples: [example],
    ...options,
  });
}

/** A whole number in a range, with its unit in the description. */
export function integerField(
  description: string,
  [minimum, maximum]: readonly [number, number],
  options: TSchemaOptions = {},
) {
  return Type.Integer({ minimum, maximum, description, ...options });
}

/** One of a few words. */
export function choiceField<const Choices extends readonly string[]>(
  choices: Choices,
  description: string,
  options: TSchemaOptions = {},
): TUnsafe<Choices[number]> {
  return Type.Unsafe<Choices[number]>({ type: 'string', enum: [...choices], description, ...options });
}

/** An instant that a client gives: any offset, read as the instant it is. */
export function instantField(description: string) {
  return Type.String({
    format: 'date-time',
    'x-expects': 'Write an instant as 2026-11-21T14:03:05.123Z, or with an offset such as +01:00.',
    description,
    examples: ['2026-11-21T14:03:05.123Z'],
  });
}

/** An instant that the product gives: ISO 8601, UTC, milliseconds. */
export function isoField(description: string): TUnsafe<IsoInstant> {
  return Type.Unsafe<IsoInstant>({
    type: 'string',
    format: 'date-time',
    description: `${description} ISO 8601, UTC, with milliseconds.`,
    examples: ['2026-11-21T14:03:05.123Z'],
  });
}

/** A telephone number as a person may write it. */
export function numberField(description: string) {
  return Type.String({
    minLength: 1,
    maxLength: 64,
    description: `${description} E.164; ten digits of North America get their +1.`,
    examples: ['+14155550100'],
  });
}

export const NUMBER_EXPECTED =
  'This is no telephone number: write it in E.164, such as +14155550100, or as ten digits of North America.';

/** What may also be null, in what the product answers. */
export function nullable<Value>(field: TUnsafe<Value> | { readonly type?: unknown }): TUnsafe {
  const { type, ...rest } = field as Record<string, unknown>;
  if (typeof type !== 'string') return Type.Unsafe({ anyOf: [field, { type: 'null' }] });
  const choices = Array.isArray(rest['enum']) ? { enum: [...(rest['enum'] as unknown[]), null] } : {};
  return Type.Unsafe({ ...rest, ...choices, type: [type, 'null'] });
}

/** The name of an IANA time zone; `UTC` unless given. Whether there is such a zone is for `checkTimeZone` to say. */
export function timezoneField(description: string) {
  return Type.String({ minLength: 1, maxLength: 64, default: 'UTC', description, examples: ['America/Los_Angeles'] });
}
