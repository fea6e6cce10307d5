import { describe, expect, it } from 'vitest';
import { FakeAudioPort, FakeSource } from '../../../../test/support/fake-audio-port.ts';
import { settle } from '../../../../test/support/media-channels.ts';
import { Speaker } from './speaker.ts';

const never = new AbortController().signal;

/** A speaker, and what it plays. */
function speaker() {
  const port = new FakeAudioPort();
  const tested = new Speaker(port);
  /** Reads a frame of what is heard; each source's name tells whose it is. */
  const heard = (): FakeSource | undefined =>
    [one, other, music].find((source) => {
      const before = source.left;
      source.left = 1000;
      port.heard?.source.read(160);
      const isRead = source.left < 1000;
      source.left = before;
      return isRead;
    });
  const [one, other, music] = [new FakeSource('one'), new FakeSource('other'), new FakeSource('music')];
  return { port, tested, heard, one, other, music };
}

describe('what is played', () => {
  it('is heard to its end, and closed', async () => {
    const { port, tested, one } = speaker();
    const playing = tested.play(one, never);
    port.heard!.playedMs = 300;
    port.heard!.end('finished');
    expect(await playing).toEqual({ end: 'finished', playedMs: 300 });
    expect([one.closed, tested.size]).toEqual([1, 0]);
  });

  it('is stopped by its signal', async () => {
    const { port, tested, one } = speaker();
    const ending = new AbortController();
    const playing = tested.play(one, ending.signal);
    port.heard!.playedMs = 40;
    ending.abort();
    expect(await playing).toEqual({ end: 'stopped', playedMs: 40 });
    expect(port.heard).toBeUndefined();
  });

  it('is not begun where its signal has come already', async () => {
    const { port, tested, one } = speaker();
    expect(await tested.play(one, AbortSignal.abort())).toEqual({ end: 'stopped', playedMs: 0 });
    expect([one.closed, port.playbacks.length]).toEqual([1, 0]);
  });

  it('waits while something else is played on top of it, and then goes on', async () => {
    const { port, tested, heard, one, other } = speaker();
    const first = tested.play(one, never);
    port.heard!.playedMs = 100;
    const second = tested.play(other, never);
    expect(heard()).toBe(other);
    await settle();
    expect(one.closed).toBe(0);
    port.heard!.end('finished');
    expect((await second).end).toBe('finished');
    expect(heard()).toBe(one);
    port.heard!.playedMs = 50;
    port.heard!.end('finished');
    expect(await first).toEqual({ end: 'finished', playedMs: 150 });
  });

  it('may be stopped while it waits, without what is heard noticing', async () => {
    const { tested, heard, one, other } = speaker();
    const ending = new AbortController();
    const first = tested.play(one, ending.signal);
    void tested.play(other, never);
    ending.abort();
    expect((await first).end).toBe('stopped');
    expect(heard()).toBe(other);
  });

  it('that has just come to its end as it is interrupted is over, not waiting', async () => {
    const { port, tested, one, other } = speaker();
    const first = tested.play(one, never);
    port.heard!.end('finished');
    void tested.play(other, never);
    expect((await first).end).toBe('finished');
    expect(tested.size).toBe(1);
  });

  it('is heard in the place of music, which goes on after it', async () => {
    const { port, tested, heard, one, music } = speaker();
    tested.setMusic(music);
    expect(heard()).toBe(music);
    const playing = tested.play(one, never);
    expect(heard()).toBe(one);
    port.heard!.end('finished');
    await playing;
    expect(heard()).toBe(music);
    tested.setMusic(null);
    expect([port.heard, music.closed]).toEqual([undefined, 1]);
  });

  it('keeps music waiting that begins meanwhile', () => {
    const { tested, heard, one, music } = speaker();
    void tested.play(one, never);
    tested.setMusic(music);
    expect(heard()).toBe(one);
  });

  it('ends when all is closed, the waiting and the music too', async () => {
    const { port, tested, one, other, music } = speaker();
    tested.setMusic(music);
    const playing = [tested.play(one, never), tested.play(other, never)];
    port.close();
    tested.close();
    expect((await Promise.all(playing)).map(({ end }) => end)).toEqual(['closed', 'closed']);
    expect([one.closed, other.closed, music.closed, tested.size]).toEqual([1, 1, 1, 0]);
    expect((await tested.play(new FakeSource('late'), never)).end).toBe('closed');
  });
});
