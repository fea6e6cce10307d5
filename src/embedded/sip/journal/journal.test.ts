import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from './journal.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-journal-'));
  file = join(folder, 'embedded-sip.journal');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const unexpected = (error: Error): never => {
  throw error;
};
const open = (onTrouble: (error: Error) => void = unexpected): Journal => Journal.open(file, onTrouble);

/** What the next process finds. The one before has not closed its journal: it was killed. */
const found = (): Record<string, unknown> => Object.fromEntries(open().entries());

describe('the journal', () => {
  it('begins empty', () => {
    expect(open().entries()).toEqual([]);
  });

  it('gives the next process what was put, last value first to count, and not what was dropped', () => {
    const journal = open();
    journal.put('a', { rings: true });
    journal.put('b', 1);
    journal.put('b', 2);
    journal.put('c', null);
    journal.drop('a');
    journal.drop('never there');
    expect(found()).toEqual({ b: 2, c: null });
  });

  it('is a map, whatever is put and dropped in whatever order, over any number of lives', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', '\0"\n'),
      value: fc.option(fc.string()),
      dies: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        rmSync(file, { force: true });
        const model = new Map<string, string>();
        let journal = open();
        for (const { key, value, dies } of steps) {
          if (value === null) model.delete(key);
          else model.set(key, value);
          if (value === null) journal.drop(key);
          else journal.put(key, value);
          if (dies) journal = open();
        }
        expect(new Map(open().entries())).toEqual(model);
      }),
      { numRuns: 50 },
    );
  });

  it('reads on past half a line and past what it does not know', () => {
    const journal = open();
    journal.put('a', 1);
    journal.close();
    appendFileSync(file, 'nonsense\n{"x":1}\n[7]\n["b",2]\n["c",{"half');
    expect(found()).toEqual({ a: 1, b: 2 });
  });

  it('stays small: what is over is left out when it is written anew', () => {
    const journal = open();
    journal.put('stays', 'up');
    const body = 'x'.repeat(10_000);
    for (let call = 0; call < 2_000; call += 1) {
      journal.put(`call ${call}`, body);
      journal.drop(`call ${call}`);
    }
    expect(statSync(file).size).toBeLessThan(5 * 1024 * 1024);
    expect(found()).toEqual({ stays: 'up' });
    expect(readFileSync(file, 'utf8')).toBe('["stays","up"]\n');
  });

  it('is readable by nobody else', () => {
    open().put('a', 1);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('reports once that it can not be written, costs nobody a call, and is whole again when it can', () => {
    rmSync(folder, { recursive: true });
    const onTrouble = vi.fn<(error: Error) => void>();
    const journal = open(onTrouble);
    journal.put('a', 1);
    journal.put('b', 2);
    expect(onTrouble).toHaveBeenCalledOnce();
    expect(onTrouble.mock.calls[0]?.[0]).toMatchObject({ code: 'ENOENT' });
    mkdirSync(folder);
    journal.put('c', 3);
    expect(found()).toEqual({ a: 1, b: 2, c: 3 });
    expect(onTrouble).toHaveBeenCalledOnce();
  });
});
