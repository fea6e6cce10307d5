import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeMediaServer, type FakeStep } from '../../test/support/fake-media-server.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { MediaEvent, MediaSide } from '../calls/ports/call-media.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import { FsCallMedia } from './fs-call-media.ts';
import { PCMU, writeSdp, type Direction } from './sdp.ts';

/** What a call, its phones and its server may do, in any order. */
type Deed =
  | { readonly do: 'open' | 'bridge' | 'closeBuyer'; readonly attempt: AttemptId }
  | { readonly do: 'negotiate'; readonly side: MediaSide; readonly direction: Direction }
  | { readonly do: 'play' | 'loop' | 'ask' | 'stop' | 'press'; readonly side: MediaSide }
  | { readonly do: 'record' | 'pause' | 'stopRecording' | 'message' | 'lose' | 'close' }
  | { readonly do: 'finish' | 'end'; readonly channel: number }
  | { readonly do: 'fail' | 'mend'; readonly step: FakeStep }
  | { readonly do: 'wait'; readonly ms: number };

const ATTEMPTS = ['att_1', 'att_2', 'att_3'] as AttemptId[];
const attempt = fc.constantFrom(...ATTEMPTS);
const side = fc.constantFrom<MediaSide>('caller', ...ATTEMPTS);
const channel = fc.nat(4);
const step = fc.constantFrom<FakeStep>('createEndpoint', 'set', 'modify', 'command', 'bridge', 'execute');
const of = <const D extends string>(...deeds: readonly D[]): fc.Arbitrary<D> => fc.constantFrom(...deeds);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: of('open', 'bridge', 'closeBuyer'), attempt }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: of('negotiate'), side, direction: of('sendrecv', 'sendonly', 'recvonly', 'inactive') }),
  },
  { weight: 10, arbitrary: fc.record({ do: of('play', 'loop', 'ask', 'stop', 'press'), side }) },
  { weight: 3, arbitrary: fc.record({ do: of('record', 'pause', 'stopRecording', 'message') }) },
  { weight: 1, arbitrary: fc.record({ do: of('lose', 'close', 'message', 'record') }) },
  { weight: 3, arbitrary: fc.record({ do: of('finish', 'end'), channel }) },
  { weight: 1, arbitrary: fc.record({ do: of('fail', 'mend', 'mend'), step }) },
  { weight: 2, arbitrary: fc.record({ do: of('wait'), ms: fc.nat(5_000) }) },
);

/** Every other run begins with a call that is open, and a destination. */
const NOTHING: Deed = { do: 'wait', ms: 0 };
const BEGUN: readonly Deed[] = [NOTHING, NOTHING, { do: 'open', attempt: ATTEMPTS[0]! }, NOTHING, NOTHING];

describe('the media of a call, whatever happens to it', () => {
  it('leaves no channel, no timer and nobody waiting once it is closed, and is lost at most once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(deed, { minLength: 5, maxLength: 60, size: 'max' }),
        fc.scheduler(),
        async (isBegun, deeds, scheduler) => {
          const clock = new ManualClock();
          const server = new FakeMediaServer();
          // In which order the server answers is for the scheduler to choose.
          server.pace = (what) => scheduler.schedule(Promise.resolve(), what);
          const events: MediaEvent[] = [];
          let closed = 0;
          const media = new FsCallMedia('call_1' as CallId, {
            server: 'fake',
            link: server,
            options: {
              clock,
              instanceId: 'here',
              silenceLimitMs: 30_000,
              holdMusic: null,
              toServerPath: (path) => path,
            },
            report: (event) => events.push(event),
            onClosed: () => void (closed += 1),
          });
          const works = [media.begin(null).catch(() => undefined)];
          const begin = (work: Promise<unknown>): void => void works.push(work.then(() => undefined, isMediaFault));
          for (const one of [...(isBegun ? BEGUN : []), ...deeds]) {
            act(one, { media, server, clock, begin });
            // Some of what is under way goes on before the next thing happens.
            await settled();
            if (scheduler.count() > 0) await scheduler.waitOne();
            await settled();
            expect(server.endpoints.filter(({ running }) => running > 1)).toEqual([]);
          }
          begin(media.close());
          await scheduler.waitFor(Promise.all(works));
          await scheduler.waitIdle();
          expect([server.live, clock.running, closed]).toEqual([[], 0, 1]);
          expect(events.filter(({ type }) => type === 'lost').length).toBeLessThanOrEqual(1);
          expect(events.slice(events.findIndex(({ type }) => type === 'lost') + 1).length).toBeLessThanOrEqual(
            events.some(({ type }) => type === 'lost') ? 0 : events.length,
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

/** All that needs no answer of the server has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isMediaFault(error: unknown): void {
  expect(error).toMatchObject({ code: expect.stringMatching(/^media-(?:failed|refused)$/) });
}

function act(
  one: Deed,
  world: {
    readonly media: FsCallMedia;
    readonly server: FakeMediaServer;
    readonly clock: ManualClock;
    readonly begin: (work: Promise<unknown>) => void;
  },
): void {
  const { media, server, clock, begin } = world;
  switch (one.do) {
    case 'open':
      return begin(media.openBuyer(one.attempt));
    case 'bridge':
      return begin(media.bridge(one.attempt));
    case 'closeBuyer':
      return media.closeBuyer(one.attempt);
    case 'negotiate': {
      const audio = { address: '192.0.2.1', port: 4_000, codec: PCMU, keys: 101, packetMs: 20 } as const;
      return begin(
        media.negotiate(one.side, writeSdp({ ...audio, direction: one.direction }, { id: '1', version: 1 })),
      );
    }
    case 'play':
      return begin(media.play(one.side, { kind: 'ringback' }));
    case 'loop':
      return begin(media.play(one.side, { kind: 'loop', path: '/a.wav' }));
    case 'ask':
      return begin(media.ask(one.side, { sound: { kind: 'beep' }, maxDigits: 2, timeoutMs: 3_000 }));
    case 'stop':
      return media.stop(one.side);
    case 'press':
      return server.endpoints[one.side === 'caller' ? 0 : 1]?.press('1#');
    case 'record':
      return begin(media.startRecording('/r.wav'));
    case 'pause':
      return begin(media.pauseRecording());
    case 'stopRecording':
      return begin(media.stopRecording());
    case 'message':
      return begin(media.takeMessage('/m.wav', { maxMs: 4_000, silenceMs: 3_000 }));
    case 'lose':
      return media.lose('the link was lost');
    case 'close':
      return begin(media.close());
    case 'finish':
      return server.endpoints[one.channel]?.executions.at(-1)?.end();
    case 'end':
      return server.endpoints[one.channel]?.end(one.channel % 2 === 0 ? 'MEDIA_TIMEOUT' : null);
    case 'fail':
      return void server.failing.add(one.step);
    case 'mend':
      return void server.failing.delete(one.step);
    case 'wait':
      return clock.advance(one.ms);
  }
}
