import { writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mediaChannels } from '../../../../test/support/media-channels.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';

const both = { sides: 'both', limitMs: null } as const;

describe('recordings of a channel', () => {
  it('begin in a folder that is made for them, and are told of', async () => {
    const { open } = mediaChannels();
    const { channel, port, told } = open();
    const folder = join(temporaryFolder(), 'calls', 'today');
    await channel.recordings.start(join(folder, 'a.wav'), { sides: 'peer', limitMs: 5000 });
    expect((await stat(folder)).isDirectory()).toBe(true);
    expect(port.recordings[0]?.options).toEqual({ stereo: false, limitMs: 5000, silence: undefined });
    expect([told(), channel.recordings.size]).toEqual([['RECORD_START'], 1]);
  });

  it('tell how long they are, and what ended them', async () => {
    const { open, heard } = mediaChannels();
    const { channel, port } = open();
    const file = join(temporaryFolder(), 'a.wav');
    const { told } = await channel.recordings.start(file, both);
    port.recordings[0]!.recordedMs = 1500;
    port.recordings[0]!.end('failed', new Error('disk full'));
    await told;
    const { name, headers } = heard.at(-1)!;
    expect([name, headers.get('Record-File-Path'), headers.get('Record-Failure')]).toEqual([
      'RECORD_STOP',
      file,
      'disk full',
    ]);
    expect(
      ['variable_record_ms', 'variable_record_seconds', 'variable_record_samples'].map((each) => headers.get(each)),
    ).toEqual(['1500', '1', '12000']);
    expect(channel.recordings.size).toBe(0);
  });

  it('are stopped, masked and unmasked by their file', async () => {
    const { open } = mediaChannels();
    const { channel, port } = open();
    const file = join(temporaryFolder(), 'a.wav');
    const { recordings } = channel;
    expect([recordings.mask(file), recordings.unmask(file), await recordings.stop(file)]).toEqual([
      false,
      false,
      false,
    ]);
    await recordings.start(file, both);
    expect([recordings.mask(file), port.recordings[0]?.isMasked]).toEqual([true, true]);
    expect([recordings.unmask(file), port.recordings[0]?.isMasked]).toEqual([true, false]);
    expect([await recordings.stop(file), recordings.size]).toEqual([true, 0]);
  });

  it('just go on where they are begun again', async () => {
    const { open } = mediaChannels();
    const { channel, port } = open();
    const file = join(temporaryFolder(), 'a.wav');
    await Promise.all([channel.recordings.start(file, both), channel.recordings.start(file, both)]);
    expect(port.recordings).toHaveLength(1);
  });

  it.each([
    ['call.mp3', /^-ERR recording to .*call\.mp3 .*no such setting; run a FreeSWITCH/],
    ['inside-a-file/call.wav', /^-ERR Cannot record session! /],
  ])('are refused to %s, with the reason', async (name, reason) => {
    const { open } = mediaChannels();
    const { channel } = open();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'inside-a-file'), '');
    await expect(channel.recordings.start(join(folder, name), both)).rejects.toThrow(reason);
  });

  it('are refused to a file that is not named in full', async () => {
    const { open } = mediaChannels();
    await expect(open().channel.recordings.start('call.wav', both)).rejects.toThrow(
      /^-ERR call\.wav: give the whole path/,
    );
  });

  it('are complete before the end of the call is told', async () => {
    const { open } = mediaChannels();
    const { channel, told } = open();
    await channel.recordings.start(join(temporaryFolder(), 'a.wav'), both);
    channel.hangup('NORMAL_CLEARING');
    await channel.ended;
    expect(told().slice(-2)).toEqual(['RECORD_STOP', 'CHANNEL_HANGUP_COMPLETE']);
    await expect(channel.recordings.start(join(temporaryFolder(), 'b.wav'), both)).rejects.toThrow(/has ended/);
  });
});
