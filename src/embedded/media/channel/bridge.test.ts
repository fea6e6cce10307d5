import { describe, expect, it } from 'vitest';
import { mediaChannels, settle, type ChannelUnderTest } from '../../../../test/support/media-channels.ts';

const agreement = {
  remote: { address: '127.0.0.1', port: 4000 },
  codec: 0,
  telephoneEvent: null,
  direction: 'sendrecv',
  packetMs: 20,
} as const;

function twoChannels() {
  const world = mediaChannels();
  const [a, b] = [world.open(), world.open()];
  const bridge = (): void => world.channels.bridge(a.channel, b.channel);
  /** What one hears that nobody plays to it by an application. */
  const music = ({ port }: ChannelUnderTest): boolean => port.heard !== undefined;
  const hold = (one: ChannelUnderTest, isHeld: boolean): void => one.channel.agreed({ agreement, isHeld });
  return { ...world, a, b, bridge, music, hold };
}

describe('a bridge', () => {
  it('connects two ports, and tells so', () => {
    const { a, b, bridge } = twoChannels();
    bridge();
    expect(a.port.other).toBe(b.port);
    expect([a.told(), b.told()]).toEqual([['CHANNEL_BRIDGE'], []]);
    expect([a.channel.variables.get('bridge_to'), b.channel.variables.get('bridge_to')]).toEqual([
      b.channel.uuid,
      a.channel.uuid,
    ]);
    expect([a.channel.state, b.channel.state]).toEqual(['CS_EXCHANGE_MEDIA', 'CS_EXCHANGE_MEDIA']);
  });

  it('carries digits across that came another way than by RTP, which the ports relay themselves', () => {
    const { a, b, bridge } = twoChannels();
    bridge();
    a.channel.press('12');
    a.port.press('3');
    expect([a.port.sentDigits, b.port.sentDigits]).toEqual([[], ['12@250']]);
  });

  it('ends what runs on both', async () => {
    const { a, b, bridge } = twoChannels();
    const running = [a.run('playback', 'prompt'), b.run('park')];
    await settle();
    bridge();
    expect(await Promise.all(running)).toEqual(['FILE PLAYED', '_none_']);
  });

  it('is ended by parting, and both stay up', () => {
    const { channels, a, b, bridge } = twoChannels();
    bridge();
    a.told();
    channels.part(b.channel);
    channels.part(a.channel);
    expect(a.told()).toEqual(['CHANNEL_UNBRIDGE']);
    expect([a.port.other, a.channel.bridge, b.channel.bridge]).toEqual([undefined, undefined, undefined]);
    expect([a.channel.isUp, b.channel.isUp]).toEqual([true, true]);
  });

  it('is left by whoever is bridged with somebody else', () => {
    const { channels, open, a, b, bridge } = twoChannels();
    bridge();
    const third = open();
    channels.bridge(b.channel, third.channel);
    expect([a.port.other, b.port.other]).toEqual([undefined, third.port]);
    expect(a.channel.partnerUuid).toBeUndefined();
  });

  it('ends when one hangs up: the other parks, and knows why', () => {
    const { a, b, bridge } = twoChannels();
    bridge();
    b.channel.hangup('USER_BUSY');
    expect([a.channel.isUp, a.channel.bridge]).toEqual([true, undefined]);
    expect(a.channel.variables.get('last_bridge_hangup_cause')).toBe('USER_BUSY');
  });

  it('takes the other down with the one where it is not to park', () => {
    const { a, b, bridge } = twoChannels();
    a.channel.setVariable('park_after_bridge', 'false');
    bridge();
    b.channel.hangup('USER_BUSY');
    expect(a.byes).toEqual(['NORMAL_CLEARING']);
  });
});

describe('music on hold', () => {
  it('is what the holder names, for the other alone, until the holder comes back', async () => {
    const { sources, a, b, bridge, music, hold } = twoChannels();
    a.channel.setVariable('hold_music', 'waltz');
    bridge();
    hold(a, true);
    await settle();
    expect([sources.at(-1)?.name, music(a), music(b)]).toEqual(['waltz', false, true]);
    hold(a, false);
    expect([music(b), sources.at(-1)?.closed]).toEqual([false, 1]);
  });

  it('is the engine’s own where the holder names none, and none where it names silence', async () => {
    const { sources, a, b, bridge, music, hold } = twoChannels();
    bridge();
    hold(a, true);
    await settle();
    expect([sources.at(-1)?.name, music(b)]).toEqual(['local_stream://default', true]);
    a.channel.setVariable('hold_music', 'silence');
    expect(music(b)).toBe(false);
  });

  it('begins with the bridge where one is on hold already', async () => {
    const { b, a, bridge, music, hold } = twoChannels();
    hold(a, true);
    bridge();
    await settle();
    expect(music(b)).toBe(true);
  });

  it('ends with the bridge', async () => {
    const { a, b, bridge, music, hold } = twoChannels();
    bridge();
    hold(a, true);
    await settle();
    a.channel.hangup('NORMAL_CLEARING');
    expect(music(b)).toBe(false);
  });

  it('that is ready too late is not played, and closed', async () => {
    const { sources, a, b, bridge, music, hold } = twoChannels();
    bridge();
    hold(a, true);
    hold(a, false);
    await settle();
    expect([music(b), sources.map(({ closed }) => closed)]).toEqual([false, [1]]);
  });

  it('that can’t be played is a silence, and reported', async () => {
    const { bugs, a, b, bridge, music, hold } = twoChannels();
    a.channel.setVariable('hold_music', 'missing.wav');
    bridge();
    hold(a, true);
    await settle();
    expect([music(b), bugs.map(({ message }) => message)]).toEqual([
      false,
      [`hold music of ${a.channel.uuid} can't be played`],
    ]);
  });
});
