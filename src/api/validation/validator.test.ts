import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';

import { compileValidator, createValidator, invalid } from './validator.ts';

const form = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 3, description: 'What you call it.' }),
    count: Type.Integer({ minimum: 1, maximum: 5, default: 2 }),
    kind: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: ['a', 'b'] })),
    tags: Type.Optional(Type.Array(Type.String({ pattern: '^x', 'x-expects': 'Begin with x.' }), { maxItems: 2 })),
    'a/b': Type.Optional(Type.Boolean()),
    named: Type.Optional(Type.Unsafe<object>({ type: 'object', additionalProperties: Type.Integer() })),
  },
  { additionalProperties: false },
);

function problemsOf(value: unknown): readonly object[] {
  const result = createValidator(form)(value);
  return result.ok ? [] : result.error.problems;
}

describe('Validation', () => {
  it('fills in defaults', () => {
    expect(createValidator(form)({ name: 'x' })).toEqual({ ok: true, value: { name: 'x', count: 2 } });
  });

  it.each([
    [{}, '/name', 'This is required. What you call it.'],
    [{ name: 'x', nmae: 1 }, '/nmae', 'There is no such field. Known here: name, count, kind, tags, a/b, named.'],
    [{ name: 'x', 'c/d~e': 1 }, '/c~1d~0e', 'There is no such field. Known here: name, count, kind, tags, a/b, named.'],
    [{ name: '' }, '/name', 'Write at least one character.'],
    [{ name: 'xxxx' }, '/name', 'Write at most 3 characters.'],
    [{ name: 5 }, '/name', 'Write text, not a number.'],
    [{ name: 'x', count: 0 }, '/count', 'Write 1 or more.'],
    [{ name: 'x', count: 6 }, '/count', 'Write 5 or less.'],
    [{ name: 'x', count: 1.5 }, '/count', 'Write a whole number, not a fraction.'],
    [{ name: 'x', count: '3' }, '/count', 'Write a whole number, not text.'],
    [{ name: 'x', kind: 'c' }, '/kind', 'Use one of "a", "b".'],
    [{ name: 'x', tags: ['x', 'y'] }, '/tags/1', 'Begin with x.'],
    [{ name: 'x', tags: ['x', 'x', 'x'] }, '/tags', 'Give at most 2 items.'],
    [{ name: 'x', tags: null }, '/tags', 'Write a list, not null.'],
    [{ name: 'x', 'a/b': 'yes' }, '/a~1b', 'Write true or false, not text.'],
    [{ name: 'x', named: { one: 1, 'any other': '2' } }, '/named/any other', 'Write a whole number, not text.'],
    [[], '', 'The body must be an object, not a list.'],
    [undefined, '', 'The body must be an object, not nothing.'],
  ])('of %j says at %s: %s', (value, path, message) => {
    expect(problemsOf(value)).toEqual([{ path, message }]);
  });

  it('names everything that is wrong at once', () => {
    expect(problemsOf({ count: 9, kind: 'c', other: 1 })).toHaveLength(4);
  });

  it.each([1, 63, 64, 65, 90_000])('names unknown fields however many there are, the first of a flood: %i', (count) => {
    const unknown = Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 1]));
    const told = problemsOf({ name: 'x', ...unknown });
    expect(told).toHaveLength(Math.min(count, 64));
    expect(told[0]).toMatchObject({
      path: '/n0',
      message: expect.stringContaining('There is no such field.') as string,
    });
  });

  it('finds a flood of unknown fields where it is, in an object within or spread over a list', () => {
    const inner = Type.Object({ on: Type.Optional(Type.Boolean()) }, { additionalProperties: false });
    const unknown = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`n${index}`, 1]));
    const validate = createValidator(
      Type.Object({ inner: Type.Optional(inner), list: Type.Optional(Type.Array(inner)) }),
    );
    const pathsOf = (value: unknown): readonly string[] => {
      const result = validate(value);
      return result.ok ? [] : result.error.problems.map(({ path }) => path);
    };
    expect(pathsOf({ inner: unknown })).toEqual(Array.from({ length: 64 }, (_, index) => `/inner/n${index}`));
    expect(pathsOf({ list: Array.from({ length: 80 }, () => ({ off: 1 })) })[63]).toBe('/list/63/off');
  });

  it('never repeats a value, which can be a secret', () => {
    expect(JSON.stringify(problemsOf({ name: 'hunter2', kind: 'hunter2' }))).not.toContain('hunter2');
  });

  it('counts in the detail what it does not tell there', () => {
    const error = invalid([
      { path: '/a', message: 'Wrong.' },
      { path: '/b', message: 'Wrong, too.' },
    ]);
    expect(error.message).toBe('/a: Wrong. (and 1 more)');
  });
});

describe('A query string', () => {
  const query = Type.Object(
    { limit: Type.Integer({ default: 50 }), on: Type.Optional(Type.Boolean()), name: Type.Optional(Type.String()) },
    { additionalProperties: false },
  );
  const validate = compileValidator({ schema: query, method: 'GET', url: '/', httpPart: 'querystring' });

  it.each([
    [{ limit: '7' }, { limit: 7 }],
    [{ on: 'false' }, { limit: 50, on: false }],
    [{ name: '7' }, { limit: 50, name: '7' }],
  ])('of %j is read as %j', (given, value) => {
    expect(validate(given)).toEqual({ value });
  });

  it.each([{ limit: '' }, { limit: '5.5' }, { limit: '1e2' }, { limit: ['1', '2'] }, { on: 'yes' }, { on: '1' }])(
    'of %j is refused and not bent into shape',
    (given) => {
      expect(validate(given)).toHaveProperty('error');
    },
  );

  it('with an unknown parameter is refused in its own words', () => {
    expect(validate({ x: '1' })).toMatchObject({
      error: { problems: [{ path: '/x', message: 'There is no such query parameter. Known here: limit, on, name.' }] },
    });
  });
});
