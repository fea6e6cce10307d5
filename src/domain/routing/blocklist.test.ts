import { describe, expect, test } from 'vitest';
import { PlanBuilder } from '../../../test/support/routing-plan.ts';
import type { Ani } from '../numbers/e164.ts';
import type { EpochMs } from '../time.ts';
import { buildBlocklistIndex, findBlock } from './blocklist.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z') as EpochMs;

function matchFor(ani: string, build: (builder: PlanBuilder) => unknown): string | undefined {
  const builder = new PlanBuilder();
  build(builder);
  return findBlock({ blocklist: buildBlocklistIndex(builder.build().blocklist) }, ani as Ani, NOW)?.match;
}

describe('the blocklist', () => {
  test('finds a number and a prefix of one, the longest first', () => {
    const build = (builder: PlanBuilder) => {
      builder.block('+1415');
      builder.block('+14155550100');
      builder.block('+44');
    };
    expect(matchFor('+14155550100', build)).toBe('+14155550100');
    expect(matchFor('+14155550101', build)).toBe('+1415');
    expect(matchFor('+442071838750', build)).toBe('+44');
    expect(matchFor('+12125550100', build)).toBeUndefined();
  });

  test('passes over entries that have expired, to a shorter or equal one that has not', () => {
    const expired = { expiresAt: NOW };
    const later = { expiresAt: (NOW + 1) as EpochMs };
    expect(matchFor('+14155550100', (builder) => builder.block('+1415', expired))).toBeUndefined();
    expect(matchFor('+14155550100', (builder) => builder.block('+1415', later))).toBe('+1415');
    const both = (builder: PlanBuilder) => {
      builder.block('+14155550100', expired);
      builder.block('+1415', expired);
      builder.block('+1415', later);
    };
    expect(matchFor('+14155550100', both)).toBe('+1415');
  });

  test('never matches an anonymous caller, nor a number that an entry is longer than', () => {
    expect(matchFor('anonymous', (builder) => builder.block('+1'))).toBeUndefined();
    expect(matchFor('+1415', (builder) => builder.block('+14155550100'))).toBeUndefined();
  });
});
