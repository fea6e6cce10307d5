import { describe, expect, it } from 'vitest';
import { encode } from '../../../../test/support/phone/g711.ts';
import { secondOfTone } from '../../../../test/support/phone/tone.ts';
import { SilenceWatch } from './silence-watch.ts';

const packet = (amplitude: number): Uint8Array => encode('PCMU', secondOfTone(400, amplitude).subarray(0, 160));

describe('the silence a recording ends in', () => {
  const watchFrom = (nowMs: number): SilenceWatch => new SilenceWatch({ quieterThan: 200, forMs: 1000 }, nowMs);

  it('begins with the recording, where nothing is ever said', () => {
    const watch = watchFrom(500);
    expect([watch.isOver(1499), watch.isOver(1500)]).toEqual([false, true]);
  });

  it('begins anew with each packet that is loud enough', () => {
    const watch = watchFrom(0);
    const loud = packet(1000);
    watch.heard(0, loud, 0, loud.length, 900);
    expect([watch.isOver(1899), watch.isOver(1900)]).toEqual([false, true]);
  });

  it('goes on through line noise, which is quieter than the limit', () => {
    const watch = watchFrom(0);
    const noise = packet(100);
    watch.heard(0, noise, 0, noise.length, 900);
    expect(watch.isOver(1000)).toBe(true);
  });

  it('looks at the part of a packet that holds audio', () => {
    const watch = watchFrom(0);
    const loud = packet(8000);
    watch.heard(0, loud, 0, 0, 900);
    expect(watch.isOver(1000)).toBe(true);
  });
});
