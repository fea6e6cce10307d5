import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { AppError } from '../domain/app-error.ts';
import { callServer, within } from './within.ts';

describe('a call of a media server', () => {
  const clock = new ManualClock();
  const patience = { clock, limitMs: 4_000 };

  it('is given up after its limit, and what it brings later is given back', async () => {
    const work = Promise.withResolvers<string>();
    const back: string[] = [];
    const waiting = within(patience, 'making an endpoint', work.promise, (late) => back.push(late));
    clock.advance(4_000);
    await expect(waiting).rejects.toMatchObject({
      code: 'media-failed',
      message: 'The media server took more than 4 s making an endpoint.',
    });
    work.resolve('endpoint');
    await work.promise;
    expect(back).toEqual(['endpoint']);
  });

  it('keeps no timer once it is answered, and gives nothing back then', async () => {
    const back: string[] = [];
    expect(await within(patience, '', Promise.resolve('done'), (late) => back.push(late))).toBe('done');
    await expect(within(patience, '', Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect([clock.running, back]).toEqual([0, []]);
  });

  it('fails with a registered code, whatever the library throws', async () => {
    await expect(callServer(patience, 'playing', Promise.reject(new Error('no longer active')))).rejects.toMatchObject({
      code: 'media-failed',
      message: 'The media server failed playing: no longer active',
    });
    const refused = new AppError('media-refused', 'no codec');
    await expect(callServer(patience, 'playing', Promise.reject(refused))).rejects.toBe(refused);
  });
});
