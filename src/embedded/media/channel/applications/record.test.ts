import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { mediaChannels } from '../../../../../test/support/media-channels.ts';
import { temporaryFolder } from '../../../../../test/support/temporary-folder.ts';

function recording() {
  const world = mediaChannels();
  const tested = world.open();
  const file = join(temporaryFolder(), 'a message.wav');
  const begun = () => vi.waitUntil(() => tested.port.recordings[0]);
  return { ...world, ...tested, file, begun };
}

describe('record', () => {
  it('records the peer alone, within the limits it is given', async () => {
    const { file, run, begun } = recording();
    const response = run('record', `'${file}' 10 200 3`);
    const { options, ...taken } = await begun();
    expect(taken.file).toBe(file);
    expect(options).toEqual({ stereo: false, limitMs: 10_000, silence: { quieterThan: 200, forMs: 3000 } });
    (await begun()).end('silence');
    expect(await response).toBe('_none_');
  });

  it('ends with a terminator', async () => {
    const { channel, file, port, run, begun } = recording();
    channel.setVariable('playback_terminators', '#');
    const response = run('record', `'${file}'`);
    await begun();
    port.press('1#');
    expect([await response, channel.variables.get('playback_terminator_used')]).toEqual(['_none_', '#']);
  });

  it('is broken off', async () => {
    const { channel, file, run, begun } = recording();
    const response = run('record', `'${file}'`);
    await begun();
    channel.break();
    expect([await response, channel.variables.get('record_completion_cause')]).toEqual(['_none_', 'success']);
  });

  it('says why it can’t', async () => {
    expect(await recording().run('record', 'message.wav')).toMatch(/^-ERR message\.wav: give the whole path/);
  });
});

describe('record_session', () => {
  it('begins as RECORD_STEREO says, and is done at once; stop_record_session ends it', async () => {
    const { channel, file, port, run } = recording();
    channel.setVariable('RECORD_STEREO', 'true');
    expect(await run('record_session', `'${file}' 60`)).toBe('_none_');
    expect(port.recordings[0]?.options).toMatchObject({ stereo: true, limitMs: 60_000 });
    expect([await run('stop_record_session', `'${file}'`), channel.recordings.size]).toEqual(['_none_', 0]);
  });

  it('records the peer alone for RECORD_READ_ONLY', async () => {
    const { channel, file, port, run } = recording();
    channel.setVariable('RECORD_READ_ONLY', 'true');
    await run('record_session', `'${file}'`);
    expect(port.recordings[0]?.options).toMatchObject({ stereo: false, limitMs: null });
    expect([await run('stop_record_session', 'all'), channel.recordings.size]).toEqual(['_none_', 0]);
  });

  it('says that it can’t mix both sides into one track', async () => {
    const { file, run } = recording();
    expect(await run('record_session', `'${file}'`)).toMatch(
      /^-ERR mixing both sides .*RECORD_STEREO=true.*FREESWITCH_HOST/,
    );
  });
});
