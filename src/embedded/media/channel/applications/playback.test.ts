import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mediaChannels } from '../../../../../test/support/media-channels.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A channel, and the end of what is heard on it. */
function playing() {
  const world = mediaChannels();
  const tested = world.open();
  const finish = async (playedMs = 100): Promise<void> => {
    const heard = await vi.waitUntil(() => tested.port.heard);
    heard.playedMs = playedMs;
    heard.end('finished');
    await vi.advanceTimersByTimeAsync(0);
  };
  const names = (): string[] => world.sources.map(({ name }) => name);
  return { ...world, ...tested, finish, names };
}

describe('playback', () => {
  it('plays a file, and says how much of it', async () => {
    const { channel, heard, run, finish, told } = playing();
    const response = run('playback', 'a file.wav');
    await finish(1500);
    expect(await response).toBe('FILE PLAYED');
    expect(told()).toEqual(['CHANNEL_EXECUTE', 'PLAYBACK_START', 'PLAYBACK_STOP', 'CHANNEL_EXECUTE_COMPLETE']);
    const stopped = heard.find(({ name }) => name === 'PLAYBACK_STOP')!.headers;
    expect([stopped.get('Playback-File-Path'), stopped.get('Playback-Status')]).toEqual(['a file.wav', 'done']);
    expect(
      ['seconds', 'ms', 'samples', 'last_offset_pos'].map((name) => channel.variables.get(`playback_${name}`)),
    ).toEqual(['1', '1500', '12000', '12000']);
  });

  it('begins so many samples in', async () => {
    const { channel, sources, run, finish } = playing();
    const response = run('playback', 'file.wav@@20000');
    await finish(100);
    await response;
    expect(sources[0]?.name).toBe('file.wav@@20000');
    expect(channel.variables.get('playback_last_offset_pos')).toBe('20800');
  });

  it('says where there is nothing of that name', async () => {
    const { run, told } = playing();
    expect(await run('playback', 'missing.wav')).toBe('FILE NOT FOUND');
    expect(told()).toEqual(['CHANNEL_EXECUTE', 'CHANNEL_EXECUTE_COMPLETE']);
  });

  it('plays several, a quarter of a second apart, past one that is missing', async () => {
    const { channel, names, run, finish, port } = playing();
    channel.setVariable('playback_delimiter', '!');
    const response = run('playback', 'one!missing!other');
    await finish();
    expect(port.heard).toBeUndefined();
    await vi.advanceTimersByTimeAsync(499);
    expect(names()).toEqual(['one']);
    await vi.advanceTimersByTimeAsync(1);
    await finish();
    expect([await response, names()]).toEqual(['FILE PLAYED', ['one', 'other']]);
  });

  it('is broken off with what is left of the list', async () => {
    const { channel, names, run } = playing();
    channel.setVariable('playback_delimiter', '!');
    const response = run('playback', 'one!other');
    await vi.advanceTimersByTimeAsync(0);
    channel.break();
    expect([await response, names()]).toEqual(['FILE PLAYED', ['one']]);
  });

  it.each([
    ['#*', '7#', '#'],
    ['any', '7', '7'],
    ['none', '7#', undefined],
  ])('ends with a digit of %j', async (terminators, pressed, used) => {
    const { channel, port, run } = playing();
    channel.setVariable('playback_terminators', terminators);
    let isOver = false;
    void run('playback', 'one').then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(0);
    port.press(pressed);
    await vi.advanceTimersByTimeAsync(0);
    expect([isOver, channel.variables.get('playback_terminator_used')]).toEqual([used !== undefined, used]);
  });

  it('ends after playback_timeout_sec', async () => {
    const { channel, run } = playing();
    channel.setVariable('playback_timeout_sec', '2');
    const response = run('playback', 'one');
    await vi.advanceTimersByTimeAsync(2000);
    expect(await response).toBe('FILE PLAYED');
  });

  it('leaves no timer and no listener behind', async () => {
    const { channel, run, finish } = playing();
    channel.setVariable('playback_timeout_sec', '2');
    channel.setVariable('playback_terminators', '#');
    const response = run('playback', 'one');
    await finish();
    await response;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('loop_playback', () => {
  it('plays so often', async () => {
    const { names, run, finish } = playing();
    const response = run('loop_playback', '+2 one');
    await finish();
    await vi.advanceTimersByTimeAsync(250);
    await finish();
    expect([await response, names()]).toEqual(['FILE PLAYED', ['one', 'one']]);
  });
});

describe('sleep', () => {
  it('takes its time, and can be broken off', async () => {
    const { channel, run } = playing();
    const slept = run('sleep', '1000');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await slept).toBe('_none_');
    const broken = run('sleep', '1000');
    channel.break();
    expect([await broken, vi.getTimerCount()]).toEqual(['_none_', 0]);
  });
});
