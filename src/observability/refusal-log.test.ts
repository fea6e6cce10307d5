import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { RefusalLog } from './refusal-log.ts';

const MINUTE_MS = 60_000;

let clock: ManualClock;
let lines: object[];
let refused: RefusalLog;

beforeEach(() => {
  clock = new ManualClock();
  lines = [];
  refused = new RefusalLog({ warn: (line: object) => void lines.push(line) }, clock);
});

const flood = (times: number, address: string, what = 'stranger'): void => {
  for (let time = 0; time < times; time += 1) refused.note(what, address);
};

describe('requests that are nobody’s call', () => {
  it('are told once for each address, and summed up after a minute', () => {
    flood(1_000, '198.51.100.7');
    flood(1, '198.51.100.8');
    flood(3, '198.51.100.7', 'wrong-credentials');
    const first = [
      { event: 'sip.stranger', address: '198.51.100.7' },
      { event: 'sip.stranger', address: '198.51.100.8' },
      { event: 'sip.wrong-credentials', address: '198.51.100.7' },
    ];
    expect(lines).toEqual(first);
    clock.advance(MINUTE_MS);
    const summary = {
      event: 'sip.refused',
      requests: { stranger: 999, 'wrong-credentials': 2 },
      addresses: 1,
      busiest: '198.51.100.7',
    };
    expect(lines).toEqual([...first, summary]);
  });

  it('have no further line while their address goes on, and one again when it was quiet for a minute', () => {
    for (let minute = 0; minute < 3; minute += 1) {
      flood(10, '198.51.100.7');
      clock.advance(MINUTE_MS);
    }
    expect(lines).toMatchObject([
      { event: 'sip.stranger' },
      { event: 'sip.refused', requests: { stranger: 9 } },
      { event: 'sip.refused', requests: { stranger: 10 } },
      { event: 'sip.refused', requests: { stranger: 10 } },
    ]);
    clock.advance(MINUTE_MS);
    flood(1, '198.51.100.7');
    expect(lines.slice(4)).toEqual([{ event: 'sip.stranger', address: '198.51.100.7' }]);
  });

  it('are not summed up where each has had its line, and no timer runs once all are quiet', () => {
    flood(1, '198.51.100.7');
    expect(clock.running).toBe(1);
    clock.advance(2 * MINUTE_MS);
    expect([lines.length, clock.running]).toEqual([1, 0]);
  });

  it('make a hundred and one lines a minute at most, from however many addresses', () => {
    for (let minute = 0; minute < 3; minute += 1) {
      for (let host = 0; host < 5_000; host += 1) flood(2, `2001:db8::${minute}:${host.toString(16)}`);
      clock.advance(MINUTE_MS);
    }
    expect(lines).toHaveLength(3 * 101);
    expect(lines[100]).toMatchObject({ requests: { stranger: 9_900 }, addresses: 1_000 });
  });

  it('that have not been summed up yet are at the end', () => {
    flood(5, '198.51.100.7');
    refused.close();
    refused.close();
    expect(lines).toMatchObject([{ event: 'sip.stranger' }, { event: 'sip.refused', requests: { stranger: 4 } }]);
    expect(clock.running).toBe(0);
  });
});
