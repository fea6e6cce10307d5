import { describe, expect, it } from 'vitest';
import { at } from '../../../test/support/call-builders.ts';
import { FakeMediaServers } from '../../../test/support/fake-media.ts';
import type { AudioPlan } from '../../domain/call/admission-plan.ts';
import type { CallEvent } from '../../domain/call/call-event.ts';
import type { AttemptId, CallId, PromptId, RecordingId } from '../../domain/ids.ts';
import { AnchoredAudio } from './anchored-audio.ts';
import { AnchoredDial } from './anchored-dial.ts';

const first = 'call_1.1' as AttemptId;
const second = 'call_1.2' as AttemptId;
const whisper = 'prm_whisper' as PromptId;
const plain: AudioPlan = { media: 'required', ringback: null, record: false };

/** One call's audio, on fake servers. */
function setUp({ offer = 'sdp of the caller', files = true }: { offer?: string | null; files?: boolean } = {}) {
  const servers = new FakeMediaServers();
  const events: CallEvent[] = [];
  const shown: string[] = [];
  const troubles: unknown[] = [];
  const audio = new AnchoredAudio(
    {
      servers,
      recordings: {
        begin: () => Promise.resolve({ recordingId: 'rec_1' as RecordingId, path: '/rec_1.wav' }),
        finish: () => Promise.resolve(),
        discard: () => Promise.resolve(),
      },
      promptFile: (id) => (files ? `/${id}.wav` : null),
      isKnownZip: (zip) => zip === '94107',
      onTrouble: (_callId, error) => troubles.push(error),
    },
    {
      callId: 'call_1' as CallId,
      receivedAt: at(0).wall,
      offer,
      aLeg: { showProgress: (status, sdp) => shown.push(`${status} ${sdp}`) },
      handle: (event) => events.push(event),
    },
  );
  return { audio, servers, events, shown, troubles };
}

/** Lets promises that are due settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A call that has its server, and a destination that is dialled. */
async function dialled(options: Parameters<typeof setUp>[0] = {}) {
  const call = setUp(options);
  await call.audio.offerFor(first);
  return { ...call, media: call.servers.last };
}

describe('finding a server', () => {
  it('is done once for the call', async () => {
    const { audio, servers, events } = setUp();
    audio.open();
    await settled();
    expect(await audio.offerFor(first)).toBe('sdp of the server to call_1.1');
    expect(await audio.offerFor(second)).toBe('sdp of the server to call_1.2');
    expect(servers.opened).toHaveLength(1);
    expect(events).toEqual([{ type: 'mediaOpened', needsAnswer: false }]);
  });

  it('says that a caller who made no offer must be answered to be heard', async () => {
    const { audio, events } = setUp({ offer: null });
    audio.open();
    await settled();
    expect(events).toEqual([{ type: 'mediaOpened', needsAnswer: true }]);
  });

  it('that fails refuses the call', async () => {
    const { audio, servers, events } = setUp();
    servers.down.add('one').add('two');
    audio.open();
    await settled();
    expect(events).toEqual([{ type: 'mediaRefused', sipStatus: 503, cause: 'media-unavailable' }]);
  });

  it('is done anew where a server fails before the caller has seen its SDP', async () => {
    const { audio, servers } = setUp();
    audio.open();
    await settled();
    const broken = servers.last;
    broken.failing.add('openBuyer');
    expect(await audio.offerFor(first)).toBe('sdp of the server to call_1.1');
    expect(servers.opened.map(({ server }) => server)).toEqual(['one', 'two']);
    expect(broken.asked).toContain('close');
  });

  it('is not done anew once the caller listens to one', async () => {
    const { audio, servers } = setUp();
    audio.open();
    await settled();
    audio.run({ kind: 'welcome', prompts: [whisper], ivr: null, messageMaxS: 60 });
    servers.last.failing.add('openBuyer');
    await expect(audio.offerFor(first)).rejects.toThrow('openBuyer');
    expect(servers.opened).toHaveLength(1);
  });
});

describe('a destination that is cancelled', () => {
  it('is not called any more, though its offer is there already', async () => {
    const dialled: string[] = [];
    const reported: string[] = [];
    const dialer = { dial: () => (dialled.push('INVITE'), {} as never) };
    const dial = new AnchoredDial(dialer, {} as never, Promise.resolve('sdp'), (event) => reported.push(event.type));
    dial.cancel('cancelled');
    await settled();
    expect([dialled, reported]).toEqual([[], ['failed']]);
  });
});

describe('two destinations at once', () => {
  it('move to another server together, and leave none behind', async () => {
    const { audio, servers } = setUp();
    audio.open();
    await settled();
    const broken = servers.last;
    broken.openBuyer = () => Promise.reject(new Error('no'));
    await Promise.all([audio.offerFor(first), audio.offerFor(second)]);
    expect(servers.opened.map(({ server }) => server)).toEqual(['one', 'two']);
    await audio.close();
    expect(servers.opened.every(({ asked }) => asked.includes('close'))).toBe(true);
  });

  it('stay where one of them has been offered already', async () => {
    const { audio, servers } = setUp();
    await audio.offerFor(first);
    servers.last.failing.add('openBuyer');
    await expect(audio.offerFor(second)).rejects.toThrow('openBuyer');
    expect(servers.opened).toHaveLength(1);
  });
});

describe('while destinations ring', () => {
  it('a caller who hears nothing of ours is told by status alone', async () => {
    const { audio, shown, media } = await dialled();
    audio.showProgress(first, 180, null, plain);
    expect(shown).toEqual(['180 null']);
    expect(media.running).toEqual([]);
  });

  it('early media is bridged', async () => {
    const { audio, shown, media } = await dialled();
    audio.showProgress(first, 183, 'early', plain);
    await settled();
    expect(shown).toEqual(['183 sdp of the server to the caller']);
    expect(media.asked.slice(1)).toEqual(['negotiate call_1.1 early', 'bridge call_1.1']);
  });

  it('the campaign’s own ringback is played whatever they send, once', async () => {
    const { audio, shown, media } = await dialled();
    const own = { ...plain, ringback: 'prm_ring' as PromptId };
    audio.showProgress(first, 183, 'early', own);
    audio.showProgress(second, 180, null, own);
    expect(shown).toEqual(['183 sdp of the server to the caller']);
    expect(media.running).toEqual(['play caller loop /prm_ring.wav']);
  });

  it('a caller who is listening to us hears ringing of ours', async () => {
    const { audio, media } = await dialled();
    audio.run({ kind: 'welcome', prompts: [], ivr: null, messageMaxS: 60 });
    await settled();
    audio.showProgress(first, 180, null, plain);
    expect(media.running).toEqual(['play caller ringback']);
  });
});

describe('a buyer who answers', () => {
  it('is put through at once where there is nothing to ask', async () => {
    const { audio, events, media } = await dialled();
    audio.answered(first, 'answer');
    audio.screen(first, null);
    await settled();
    expect(events).toEqual([{ type: 'attemptAnswered', attemptId: first, sdp: null, since: 'pickup' }]);
    expect(media.asked.at(-1)).toBe('negotiate call_1.1 answer');
  });

  it('hears the whisper first, and talks from its end', async () => {
    const { audio, events, media } = await dialled();
    audio.answered(first, 'answer');
    audio.screen(first, { whisper, accept: null });
    await settled();
    expect(media.running).toEqual(['play call_1.1 file /prm_whisper.wav']);
    expect(events).toEqual([]);
    media.end('finished');
    await settled();
    expect(events).toEqual([{ type: 'attemptAnswered', attemptId: first, sdp: null, since: 'now' }]);
  });

  it.each([
    ['the key', ['1'], 'attemptAnswered'],
    ['no key', [''], 'attemptDeclined'],
    ['a wrong key, then the key', ['7', '1'], 'attemptAnswered'],
    ['wrong keys alone', ['7', '8', '9'], 'attemptDeclined'],
  ])('takes the call or not with %s', async (_what, keys, outcome) => {
    const { audio, events, media } = await dialled();
    audio.answered(first, 'answer');
    audio.screen(first, { whisper, accept: { digit: '1', timeoutS: 10 } });
    for (const key of keys) {
      await settled();
      expect(media.running).toEqual(['ask call_1.1 file /prm_whisper.wav 1 10000']);
      media.end(key);
    }
    await settled();
    expect(events.map(({ type }) => type)).toEqual([outcome]);
  });

  it('can’t be put through where the media fails', async () => {
    const { audio, events, media, troubles } = await dialled();
    media.failing.add('negotiate');
    audio.answered(first, 'answer');
    audio.screen(first, null);
    await settled();
    expect(events).toMatchObject([{ type: 'attemptFailed', attemptId: first, cause: 'media-failed' }]);
    expect(troubles).toHaveLength(1);
  });
});

describe('a conversation', () => {
  it('is bridged and recorded; the record names its recording', async () => {
    const { audio, events, media } = await dialled();
    audio.join(first, true);
    await settled();
    expect(media.asked.slice(1)).toEqual(['bridge call_1.1', 'startRecording /rec_1.wav']);
    expect(events).toEqual([{ type: 'recordingStarted', recordingId: 'rec_1' }]);
    expect(await audio.pauseRecording()).toBe(true);
    expect(await audio.close()).toMatchObject({ path: '/rec_1.wav' });
  });

  it('goes on, and names no recording, where only the recording fails', async () => {
    const { audio, events, media, troubles } = await dialled();
    media.failing.add('startRecording');
    audio.join(first, true);
    await settled();
    expect(events).toEqual([]);
    expect(troubles).toHaveLength(1);
  });

  it('ends where it can’t be bridged, or its server is gone', async () => {
    const { audio, events, media, servers } = await dialled();
    media.failing.add('bridge');
    audio.join(first, false);
    await settled();
    servers.tell({ type: 'lost', cause: 'esl' });
    servers.tell({ type: 'silent', side: 'caller', silentMs: 30_000 });
    expect(events).toEqual([
      { type: 'mediaLost', cause: 'media-failed' },
      { type: 'mediaLost', cause: 'media-lost' },
      { type: 'mediaSilent', silentMs: 30_000 },
    ]);
  });

  it('ends where the answer to our offer can’t be taken, and is silent about one that comes after its end', async () => {
    const { audio, events, media, troubles } = await dialled({ offer: null });
    media.failing.add('negotiate');
    await audio.takeAnswer('caller', 'answer');
    expect(events).toEqual([{ type: 'mediaLost', cause: 'media-failed' }]);
    await audio.close();
    media.failing.add('negotiate');
    await audio.takeAnswer('caller', 'answer');
    expect([events.length, troubles.length]).toEqual([1, 1]);
  });

  it('reports nothing any more once it is closed', async () => {
    const { audio, events, servers } = await dialled();
    await audio.close();
    servers.tell({ type: 'lost', cause: 'esl' });
    audio.screen(first, null);
    audio.run({ kind: 'announcement', promptId: whisper, end: {} as never });
    await settled();
    expect(events).toEqual([]);
  });
});

describe('a program', () => {
  it('asks by the flow and reports what it led to', async () => {
    const { audio, events, shown, servers } = setUp();
    audio.open();
    await settled();
    const zip = {
      type: 'collect',
      prompt: 'prm_zip' as PromptId,
      as: 'zip',
      digits: 5,
      timeoutS: 4,
      attempts: 2,
    } as const;
    const steps = {
      zip: { ...zip, next: 'go', onFail: 'bye' },
      go: { type: 'route' },
      bye: { type: 'hangup' },
    } as const;
    audio.run({ kind: 'welcome', prompts: ['prm_hello' as PromptId], ivr: { start: 'zip', steps }, messageMaxS: 60 });
    const media = servers.last;
    expect(shown).toEqual(['183 sdp of the server to the caller']);
    expect(media.running).toEqual(['play caller file /prm_hello.wav']);
    media.end('finished');
    await settled();
    expect(media.running).toEqual(['ask caller file /prm_zip.wav 5 4000']);
    media.end('00000');
    await settled();
    media.end('94107');
    await settled();
    expect(events.at(-1)).toEqual({ type: 'programEnded', result: { kind: 'route', zip: '94107', category: null } });
  });

  it('takes a message after prompt and tone', async () => {
    const { audio, events, servers } = setUp();
    audio.open();
    await settled();
    audio.run({ kind: 'message', promptId: whisper, maxS: 60 });
    for (const wanted of ['play caller file /prm_whisper.wav', 'play caller beep', 'takeMessage /rec_1.wav 60000']) {
      await settled();
      expect(servers.last.running).toEqual([wanted]);
      servers.last.end('finished');
    }
    await settled();
    expect(events.slice(1)).toEqual([
      { type: 'recordingStarted', recordingId: 'rec_1' },
      { type: 'programEnded', result: { kind: 'done' } },
    ]);
  });

  it('goes on without prompts that aren’t there or can’t be played', async () => {
    const without = setUp({ files: false });
    without.audio.open();
    await settled();
    without.audio.run({ kind: 'welcome', prompts: [whisper], ivr: null, messageMaxS: 60 });
    await settled();
    expect(without.events.at(-1)).toMatchObject({ type: 'programEnded', result: { kind: 'route' } });

    const failing = setUp();
    failing.audio.open();
    await settled();
    failing.servers.last.failing.add('play');
    failing.audio.run({ kind: 'welcome', prompts: [whisper], ivr: null, messageMaxS: 60 });
    await settled();
    expect(failing.events.at(-1)).toMatchObject({ type: 'programEnded' });
    expect(failing.troubles).toHaveLength(1);
  });
});
