import { describe, expect, it } from 'vitest';
import { canSeeDescriptors } from '../../support/file-descriptors.ts';
import { PHASE_NAMES } from './phases.ts';
import { proveAnchored } from './prove-anchored.ts';

describe('calls on a media server', () => {
  it.skipIf(!canSeeDescriptors)(
    'leave no channel, port, file or reservation behind, whichever phase they are hung up in',
    async () => {
      const { violations, hungUpIn, recordings } = await proveAnchored({
        calls: 60,
        seed: 1,
        parallel: 12,
        shareWithoutAck: 0,
        untilForgotten: false,
      });
      expect(violations).toEqual([]);
      expect(PHASE_NAMES.filter((phase) => hungUpIn[phase] === undefined)).toEqual([]);
      expect(recordings).toBeGreaterThan(0);
    },
    60_000,
  );
});
