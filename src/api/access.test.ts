import { describe, expect, it } from 'vitest';

import type { BuyerId } from '../domain/ids.ts';
import { isAllowed, type Access } from './access.ts';

const READING: readonly Access[] = ['configuration:read', 'calls:read', 'ledger:read', 'routing:explain'];
const CHANGING: readonly Access[] = ['configuration:write', 'calls:control', 'ledger:write'];

describe('Access', () => {
  it('is whole for admins', () => {
    for (const access of [...READING, ...CHANGING, 'keys:manage'] as const)
      expect(isAllowed('admin', access)).toBe(true);
  });

  it('is all but keys for operators', () => {
    for (const access of [...READING, ...CHANGING]) expect(isAllowed('operator', access)).toBe(true);
    expect(isAllowed('operator', 'keys:manage')).toBe(false);
  });

  it('is reading for viewers, keys left out', () => {
    for (const access of READING) expect(isAllowed('viewer', access)).toBe(true);
    for (const access of [...CHANGING, 'keys:manage'] as const) expect(isAllowed('viewer', access)).toBe(false);
  });

  it('is nothing that shows the calls of others for a buyer', () => {
    const buyer = `buyer:${'byr_1' as BuyerId}` as const;
    for (const access of [...READING, ...CHANGING, 'keys:manage'] as const)
      expect(isAllowed(buyer, access)).toBe(false);
    expect(isAllowed(buyer, 'public')).toBe(true);
  });
});
