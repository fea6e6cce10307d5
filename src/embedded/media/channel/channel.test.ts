import { describe, expect, it } from 'vitest';
import { mediaChannels, settle } from '../../../../test/support/media-channels.ts';

const agreement = {
  remote: { address: '127.0.0.1', port: 4000 },
  codec: 0,
  telephoneEvent: 101,
  direction: 'sendrecv',
  packetMs: 20,
} as const;

describe('a channel', () => {
  it('tells of its answer', () => {
    const { open } = mediaChannels();
    const { channel, told } = open();
    channel.answered();
    expect(told()).toEqual(['CHANNEL_ANSWER', 'CHANNEL_CALLSTATE']);
  });

  it('tells when it is put on hold and taken back, and of nothing where neither has changed', () => {
    const { open, heard } = mediaChannels();
    const { channel, port, told } = open();
    channel.agreed({ agreement, isHeld: false });
    expect(told()).toEqual([]);
    channel.agreed({ agreement: { ...agreement, direction: 'recvonly' }, isHeld: true });
    channel.agreed({ agreement, isHeld: false });
    expect(told()).toEqual([
      'CHANNEL_CALLSTATE',
      'CHANNEL_HOLD',
      'CHANNEL_CALLSTATE',
      'CHANNEL_UNHOLD',
      'CHANNEL_CALLSTATE',
    ]);
    const states = heard.filter(({ name }) => name === 'CHANNEL_CALLSTATE');
    expect(states.map(({ headers }) => headers.get('Channel-Call-State'))).toEqual(['HELD', 'UNHELD', 'ACTIVE']);
    expect(port.agreements).toHaveLength(3);
  });

  it('tells of each digit, with its length in samples', () => {
    const { open, heard } = mediaChannels();
    const { channel, port } = open();
    port.press('5', 120);
    channel.press('#');
    const digits = heard.map(({ headers }) => [
      headers.get('DTMF-Digit'),
      headers.get('DTMF-Duration'),
      headers.get('DTMF-Source'),
    ]);
    expect(digits).toEqual([
      ['5', '960', 'RTP'],
      ['#', '2000', 'APP'],
    ]);
  });

  it('hangs up: sends BYE, ends what runs, gives its port back, and tells all of it in order', async () => {
    const { open, channels, heard } = mediaChannels();
    const { channel, port, byes, run, told } = open();
    const playing = run('playback', 'prompt');
    await settle();
    told();
    channel.hangup('USER_BUSY');
    channel.hangup('NORMAL_CLEARING');
    expect([byes, port.isClosed]).toEqual([['USER_BUSY'], true]);
    expect(await playing).toBe('FILE PLAYED');
    await channel.ended;
    expect(told()).toEqual([
      'CHANNEL_HANGUP',
      'CHANNEL_CALLSTATE',
      'PLAYBACK_STOP',
      'CHANNEL_EXECUTE_COMPLETE',
      'CHANNEL_HANGUP_COMPLETE',
    ]);
    const last = heard.at(-1)!.headers;
    expect([last.get('Hangup-Cause'), last.get('Channel-State'), last.get('Answer-State')]).toEqual([
      'USER_BUSY',
      'CS_REPORTING',
      'hangup',
    ]);
    await settle();
    expect(channels.size).toBe(0);
  });

  it('sends no BYE to a peer that has hung up', async () => {
    const { open } = mediaChannels();
    const { channel, byes } = open();
    channel.peerHungUp('CALL_REJECTED');
    await channel.ended;
    expect([byes, channel.hangupCause]).toEqual([[], 'CALL_REJECTED']);
  });

  it('runs hangup as an application, which is done by then', async () => {
    const { open } = mediaChannels();
    const { run, byes } = open();
    expect(await run('hangup', 'user_busy')).toBe('_none_');
    expect(byes).toEqual(['USER_BUSY']);
  });

  it.each([
    ['media_timeout', '600', 600],
    ['media_timeout_audio', '700', 700],
    ['rtp_timeout_sec', '2', 2000],
  ])('ends with MEDIA_TIMEOUT where %s says how long it may hear nothing', (name, value, silentMs) => {
    const { open } = mediaChannels();
    const { channel, port, byes } = open();
    channel.agreed({ agreement, isHeld: false });
    expect(port.silentMs).toBeUndefined();
    channel.setVariable(name, value);
    expect(port.silentMs).toBe(silentMs);
    port.fallSilent();
    expect(byes).toEqual(['MEDIA_TIMEOUT']);
  });

  it('may be silent again once the variable is unset, or longer than a timer can be set for', () => {
    const { open } = mediaChannels();
    const { channel, port } = open();
    channel.setVariable('media_timeout', '600');
    channel.setVariable('media_timeout', '');
    expect(port.silentMs).toBe(2 ** 31 - 1);
    channel.setVariable('media_timeout', '99999999999');
    expect(port.silentMs).toBe(2 ** 31 - 1);
  });

  it('takes up nothing any more once it has hung up', () => {
    const { open } = mediaChannels();
    const { channel, port, told } = open();
    channel.hangup('NORMAL_CLEARING');
    told();
    channel.agreed({ agreement, isHeld: true });
    port.press('5');
    expect([port.agreements.length, told()]).toEqual([0, []]);
  });

  it('counts what has gone through its port', () => {
    const { open } = mediaChannels();
    const { channel, port } = open();
    Object.assign(port.counts, { received: 3, sent: 4, refused: 1 });
    channel.setMediaStatistics();
    expect(channel.variables.get('rtp_audio_in_packet_count')).toBe('3');
    expect(channel.variables.get('rtp_audio_out_packet_count')).toBe('4');
  });
});
