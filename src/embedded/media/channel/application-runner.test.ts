import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeAudioPort } from '../../../../test/support/fake-audio-port.ts';
import { mediaChannels, settle } from '../../../../test/support/media-channels.ts';
import type { Application } from './application.ts';
import { ApplicationRunner, type ExecuteRequest } from './application-runner.ts';
import { Channel } from './channel.ts';
import { EventStream } from './engine-event.ts';
import { EngineIdentity } from './engine-identity.ts';

describe('applications of a channel', () => {
  it('tell when they begin and when they are done, with what they were asked', async () => {
    const { open, heard } = mediaChannels();
    const { run, told } = open();
    expect(await run('set', 'colour=green')).toBe('_none_');
    expect(told()).toEqual(['CHANNEL_EXECUTE', 'CHANNEL_EXECUTE_COMPLETE']);
    const { headers } = heard.at(-1)!;
    expect(['Application', 'Application-Data', 'Application-Response'].map((name) => headers.get(name))).toEqual([
      'set',
      'colour=green',
      '_none_',
    ]);
    expect(headers.get('variable_colour')).toBe('green');
  });

  it('are run on top of the one that runs', async () => {
    const { open } = mediaChannels();
    const { port, run, told } = open();
    const first = run('playback', 'one');
    await settle();
    const second = run('playback', 'other');
    await settle();
    expect(told()).toEqual(['CHANNEL_EXECUTE', 'PLAYBACK_START', 'CHANNEL_EXECUTE', 'PLAYBACK_START']);
    port.heard!.end('finished');
    expect(await second).toBe('FILE PLAYED');
    port.heard!.end('finished');
    expect(await first).toBe('FILE PLAYED');
  });

  it('wait while a locked one runs, and are run in their order then', async () => {
    const { open } = mediaChannels();
    const { channel, port, run, told } = open();
    const locked = run('playback', 'one', { isLocked: true });
    const [next, last] = [run('set', 'a=1'), run('set', 'a=2')];
    await settle();
    expect(told()).toEqual(['CHANNEL_EXECUTE', 'PLAYBACK_START']);
    port.heard!.end('finished');
    await Promise.all([locked, next, last]);
    expect(channel.variables.get('a')).toBe('2');
  });

  it('are done as often as asked for, each time told', async () => {
    const { open } = mediaChannels();
    const { run, told } = open();
    await run('set', 'a=1', { loops: 3 });
    await settle();
    expect(told().filter((name) => name === 'CHANNEL_EXECUTE_COMPLETE')).toHaveLength(3);
  });

  it('are broken off by the step they are at: a broken prompt is followed by the question', async () => {
    const { open } = mediaChannels();
    const { channel, port, run } = open();
    const asking = run('play_and_get_digits', '1 1 1 5000 # prompt invalid answer');
    await settle();
    channel.break();
    await settle();
    port.press('7');
    await asking;
    expect(channel.variables.get('answer')).toBe('7');
  });

  it('are broken off all at once, the last first, and those that wait are not run', async () => {
    const { open, sources, heard } = mediaChannels();
    const { channel, port, run, told } = open();
    const ended: string[] = [];
    const note = async (name: string, ending: Promise<string>): Promise<void> => {
      await ending;
      ended.push(name);
    };
    const all = [
      note('under', run('playback', 'under')),
      note('upper', run('playback', 'upper', { isLocked: true })),
      note('waiting', run('playback', 'waiting')),
    ];
    await settle();
    port.heard!.playedMs = 300;
    await channel.breakAll();
    await Promise.all(all);
    expect(ended).toEqual(['waiting', 'upper', 'under']);
    const upper = heard.find(
      ({ name, headers }) => name === 'CHANNEL_EXECUTE_COMPLETE' && headers.get('Application-Data') === 'upper',
    );
    expect(upper?.headers.get('variable_playback_ms')).toBe('300');
    expect(sources.map(({ name }) => name)).toEqual(['under', 'upper']);
    expect(told().filter((name) => name === 'CHANNEL_EXECUTE_COMPLETE')).toHaveLength(3);
  });

  it('there are none of that name are refused, with what to do, and told to be over', async () => {
    const { open } = mediaChannels();
    const { channel, run, told } = open();
    const refusal = '-ERR conference: the embedded engine has no such application; run a FreeSWITCH (FREESWITCH_HOST)';
    expect(await run('conference', 'room')).toBe(refusal);
    expect(told()).toEqual(['CHANNEL_EXECUTE_COMPLETE']);
    expect(channel.isUp).toBe(true);
  });

  it('are refused on a channel that has hung up', async () => {
    const { open } = mediaChannels();
    const { channel, run } = open();
    channel.hangup('NORMAL_CLEARING');
    expect(await run('set', 'a=1')).toBe('-ERR the channel is hung up');
  });

  it('are refused where more wait than there is room for', async () => {
    const { open } = mediaChannels();
    const { run } = open();
    void run('park', '', { isLocked: true });
    for (let count = 1; count < 200; count += 1) void run('set', 'a=1');
    expect(await run('set', 'a=1')).toMatch(/^-ERR 200 applications wait/);
  });
});

describe('an application with a bug', () => {
  it.each<[string, Application]>([
    [
      'at once',
      () => {
        throw new Error('oh');
      },
    ],
    ['later', () => Promise.reject(new Error('oh'))],
  ])('that fails %s ends alone; the channel and its next application go on', async (_when, broken) => {
    const bugs: Error[] = [];
    const services = {
      identity: new EngineIdentity('127.0.0.1'),
      events: new EventStream(),
      applications: new Map<string, Application>([
        ['broken', broken],
        ['fine', () => 'well'],
      ]),
      openSource: () => Promise.reject(new Error('nothing to play')),
      onBug: (error: Error) => bugs.push(error),
    };
    const facts = { uuid: 'u', name: 'n', callerName: '', callerNumber: '', destination: '', networkAddress: '' };
    const channel = new Channel(facts, new FakeAudioPort(), { hangUp: () => undefined }, services);
    onTestFinished(() => channel.hangup('NORMAL_CLEARING'));
    const responses: (string | undefined)[] = [];
    services.events.listen(({ name, headers }) => {
      if (name === 'CHANNEL_EXECUTE_COMPLETE') responses.push(headers.get('Application-Response'));
    });
    const request: ExecuteRequest = { application: 'broken', argument: '', uuid: '1', isLocked: false, loops: 1 };
    const runner = new ApplicationRunner(channel, services.applications, services.onBug);
    runner.execute(request);
    await settle();
    runner.execute({ ...request, application: 'fine' });
    expect(responses).toEqual(['-ERR broken failed: oh', 'well']);
    expect(bugs.map(({ message }) => message)).toEqual(['oh']);
  });
});
