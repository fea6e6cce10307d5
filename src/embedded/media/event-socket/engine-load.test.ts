import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mediaChannels } from '../../../../test/support/media-channels.ts';
import { EngineLoad, upTimeText } from './engine-load.ts';
import { startHeartbeat } from './heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ['performance', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the load of the engine', () => {
  it('has room for so many calls at once', () => {
    const { channels, open } = mediaChannels();
    const load = new EngineLoad(channels, { maxSessions: 2, maxPerSecond: 100 });
    open();
    expect([load.admit(0), load.admit(2)]).toEqual([true, false]);
    const { channel } = open();
    expect(load.admit(0)).toBe(false);
    expect(channel.isUp).toBe(true);
  });

  it('has room for so many new calls a second', () => {
    const { channels } = mediaChannels();
    const load = new EngineLoad(channels, { maxSessions: 100, maxPerSecond: 2 });
    expect([load.admit(0), load.admit(0), load.admit(0)]).toEqual([true, true, false]);
    vi.advanceTimersByTime(1000);
    expect([load.perSecond, load.admit(0)]).toEqual([2, true]);
    vi.advanceTimersByTime(2000);
    expect(load.perSecond).toBe(0);
  });

  it('is told at every heartbeat, until that is ended', () => {
    const { identity, events, channels, open, heard } = mediaChannels();
    const load = new EngineLoad(channels, { maxSessions: 50, maxPerSecond: 30 });
    const stop = startHeartbeat({ identity, events, channels, load }, 20_000);
    open();
    vi.advanceTimersByTime(40_000);
    stop();
    vi.advanceTimersByTime(40_000);
    const beats = heard.filter(({ name }) => name === 'HEARTBEAT');
    expect(beats).toHaveLength(2);
    const wanted = [
      'Session-Count',
      'Max-Sessions',
      'Session-Per-Sec',
      'Uptime-msec',
      'FreeSWITCH-IPv4',
      'FreeSWITCH-Version',
    ];
    expect(wanted.map((name) => beats[1]?.headers.get(name))).toEqual([
      '1',
      '50',
      '30',
      '40000',
      '127.0.0.1',
      '1.10.12-embedded',
    ]);
    expect(Number(beats[1]?.headers.get('Idle-CPU'))).toBeGreaterThanOrEqual(0);
  });
});

describe('a span of time', () => {
  it.each([
    [0, '0 years, 0 days, 0 hours, 0 minutes, 0 seconds, 0 milliseconds'],
    [90_061_001, '0 years, 1 day, 1 hour, 1 minute, 1 second, 1 millisecond'],
  ])('of %d ms is %j', (ms, text) => {
    expect(upTimeText(ms)).toBe(text);
  });
});
