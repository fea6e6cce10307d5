import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrackTimeline } from './track-timeline.ts';

const FRAME = 160;
const MS = 8;

describe('the timeline of a recorded stream', () => {
  it('places packets by their timestamps, whatever the network does to them', () => {
    const packets = fc.array(fc.record({ delayMs: fc.nat(39), isLost: fc.boolean(), isDoubled: fc.boolean() }), {
      minLength: 10,
      maxLength: 300,
    });
    fc.assert(
      fc.property(packets, fc.nat(0xffff_ffff), (network, start) => {
        const arrivals = network.flatMap(({ delayMs, isLost, isDoubled }, i) => {
          const arrival = { i, at: 4000 + i * FRAME + delayMs * MS };
          if (isLost) return [];
          return isDoubled ? [arrival, { i, at: arrival.at + 5 * MS }] : [arrival];
        });
        arrivals.sort((a, b) => a.at - b.at);
        const timeline = new TrackTimeline();
        const offsets = arrivals.map(({ i, at }) => timeline.place((start + i * FRAME) >>> 0, at) - i * FRAME);
        expect(new Set(offsets).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not let a sender’s clock drift away from ours, in either direction, over an hour', () => {
    for (const ppm of [-300, 300]) {
      const timeline = new TrackTimeline();
      const frames = 3600 * 50;
      let worst = 0;
      for (let i = 0; i < frames; i += 1) {
        const at = i * FRAME * (1 + ppm / 1e6);
        worst = Math.max(worst, Math.abs(timeline.place((i * FRAME) >>> 0, at) - at));
      }
      expect(worst).toBeLessThan(60 * MS);
    }
  });

  it('leaves the room of a pause whose length the timestamps tell', () => {
    const timeline = new TrackTimeline();
    timeline.place(1000, 0);
    expect(timeline.place(1000 + 80_000, 80_100)).toBe(80_000);
  });

  it('goes by arrival where the sender’s timestamps stood still, jumped, or began anew', () => {
    const timeline = new TrackTimeline();
    timeline.place(1000, 0);
    expect(timeline.place(1160, 40_000)).toBe(40_000);
    expect(timeline.place(9_001_160, 40_160)).toBe(40_160);
    expect(timeline.place(5, 40_320)).toBe(40_320);
  });

  it('sets a late packet where it belongs, but not one so late that its time is over', () => {
    const timeline = new TrackTimeline();
    timeline.place(0, 0);
    timeline.place(480, 480);
    expect(timeline.place(160, 160 + 900 * MS)).toBe(160);
    expect(timeline.place(320, 320 + 1100 * MS)).toBe(320 + 1100 * MS);
  });

  it('moves a stream that has become later for good, once that is sure', () => {
    const timeline = new TrackTimeline();
    const places = Array.from({ length: 120 }, (_, i) =>
      timeline.place(i * FRAME, i * FRAME + (i < 50 ? 0 : 300 * MS)),
    );
    expect(places[60]).toBe(60 * FRAME);
    expect(places[119]).toBe(119 * FRAME + 300 * MS);
  });

  it('believes the first of a burst too late, and is put right by the ones behind it', () => {
    const timeline = new TrackTimeline();
    const places = Array.from({ length: 20 }, (_, i) => timeline.place(i * FRAME, Math.max(2400, i * FRAME)));
    expect(places.at(-1)! - 19 * FRAME).toBeLessThanOrEqual(40 * MS);
  });
});
