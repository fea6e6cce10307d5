import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mediaChannels } from '../../../../../test/support/media-channels.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks; the prompt is being heard when it is back. */
async function asked(argument: string) {
  const world = mediaChannels();
  const tested = world.open();
  const { channel, port } = tested;
  let isOver = false;
  void tested.run('play_and_get_digits', argument).then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(0);
  const finish = async (): Promise<void> => {
    port.heard?.end('finished');
    await vi.advanceTimersByTimeAsync(0);
  };
  const press = async (digits: string): Promise<void> => {
    port.press(digits);
    await vi.advanceTimersByTimeAsync(0);
  };
  /** What has been played, the answer, what was refused, and whether it is over. */
  const outcome = (): (string | boolean | undefined)[] => [
    world.sources.map(({ name }) => name).join(' '),
    channel.variables.get('pin'),
    channel.variables.get('pin_invalid'),
    isOver,
  ];
  return { ...world, ...tested, finish, press, outcome, wait: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

describe('play_and_get_digits', () => {
  it('takes digits typed while the prompt plays, which ends then', async () => {
    const { channel, port, press, outcome } = await asked('2 2 1 5000 # prompt sorry pin');
    await press('1');
    expect([port.heard, outcome()]).toEqual([undefined, ['prompt', undefined, undefined, false]]);
    await press('2');
    expect(outcome()).toEqual(['prompt', '12', undefined, true]);
    expect(channel.variables.get('read_result')).toBe('success');
  });

  it('ends at the terminator, which is not among the digits', async () => {
    const { channel, press, outcome } = await asked('1 9 1 5000 # prompt sorry pin');
    await press('123#4');
    expect(outcome()).toEqual(['prompt', '123', undefined, true]);
    expect(channel.variables.get('read_terminator_used')).toBe('#');
  });

  it('waits for the first digit from the end of the prompt, and for each further one from the last', async () => {
    const { finish, press, wait, outcome } = await asked(String.raw`1 9 1 5000 # prompt sorry pin \d+ 700`);
    await wait(60_000);
    await finish();
    await wait(4999);
    await press('1');
    await wait(699);
    await press('2');
    await wait(699);
    expect(outcome()[3]).toBe(false);
    await wait(1);
    expect(outcome()).toEqual(['prompt', '12', undefined, true]);
  });

  it('asks again, up to its tries, where nothing comes, and says sorry each time', async () => {
    const { channel, finish, wait, outcome } = await asked('1 1 2 1000 # prompt sorry pin');
    for (const _try of [1, 2]) {
      await finish();
      await wait(1000);
      await finish();
    }
    expect(outcome()).toEqual(['prompt sorry prompt sorry', undefined, undefined, true]);
    expect(channel.variables.get('read_result')).toBe('timeout');
  });

  it('refuses digits that don’t match, and keeps them as invalid', async () => {
    const { finish, press, outcome } = await asked('1 1 2 1000 # prompt sorry pin ^[12]$');
    await press('7');
    await finish();
    await press('2');
    expect(outcome()).toEqual(['prompt sorry prompt', '2', '7', true]);
  });

  it('leaves too few digits in the variable, and says that it failed', async () => {
    const { channel, finish, press, wait, outcome } = await asked('3 3 1 1000 # prompt sorry pin');
    await press('12');
    await wait(1000);
    await finish();
    expect(outcome()).toEqual(['prompt sorry', '12', undefined, true]);
    expect(channel.variables.get('read_result')).toBe('failure');
  });

  it('takes no digits at all for an answer where a terminator says so, and none are needed', async () => {
    const { press, outcome } = await asked('0 5 3 1000 # prompt sorry pin');
    await press('#');
    expect(outcome()).toEqual(['prompt', undefined, undefined, true]);
  });

  it('goes on asking past a prompt that is missing', async () => {
    const { press, outcome } = await asked('1 1 1 1000 # missing sorry pin');
    await press('4');
    expect(outcome()).toEqual(['', '4', undefined, true]);
  });

  it('ends when the call does, without a word more', async () => {
    const { channel, press, outcome } = await asked('1 4 3 1000 # prompt sorry pin');
    await press('1');
    channel.hangup('NORMAL_CLEARING');
    await vi.advanceTimersByTimeAsync(0);
    expect([outcome()[0], outcome()[3], vi.getTimerCount()]).toEqual(['prompt', true, 0]);
  });

  it.each([
    ['1 1 1', /^-ERR play_and_get_digits: <min> <max>/],
    ['1 1 1 500 # prompt sorry pin [', /^-ERR play_and_get_digits: Invalid regular expression/],
  ])('says what is wrong with %j', async (argument, reason) => {
    const { open } = mediaChannels();
    expect(await open().run('play_and_get_digits', argument)).toMatch(reason);
  });
});
