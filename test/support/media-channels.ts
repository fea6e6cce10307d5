import { onTestFinished } from 'vitest';
import { applications } from '../../src/embedded/media/channel/applications/applications.ts';
import type { Channel } from '../../src/embedded/media/channel/channel.ts';
import { Channels } from '../../src/embedded/media/channel/channels.ts';
import { EventStream, type EngineEvent } from '../../src/embedded/media/channel/engine-event.ts';
import { EngineIdentity } from '../../src/embedded/media/channel/engine-identity.ts';
import type { HangupCause } from '../../src/embedded/media/channel/hangup-cause.ts';
import { FakeAudioPort, FakeSource } from './fake-audio-port.ts';

/** A channel, with all that happens on it in view. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  readonly port: FakeAudioPort;
  /** The cause of the BYE that was sent, once it was. */
  readonly byes: HangupCause[];
  /** Runs an application; resolves with its Application-Response. */
  readonly run: (
    application: string,
    argument?: string,
    more?: { readonly isLocked?: boolean; readonly loops?: number },
  ) => Promise<string>;
  /** The names of its events since the last time this was asked. */
  readonly told: () => string[];
}

/** Channels on ports without a network. What can be played has any name but one that begins with `missing`. */
export function mediaChannels() {
  const identity = new EngineIdentity('127.0.0.1');
  const events = new EventStream();
  const bugs: Error[] = [];
  const sources: FakeSource[] = [];
  const heard: EngineEvent[] = [];
  events.listen((event) => heard.push(event));
  const channels = new Channels({
    identity,
    events,
    applications,
    openSource: (name) => {
      if (name.startsWith('missing')) return Promise.reject(new Error(`can't play ${name}`));
      const source = new FakeSource(name);
      sources.push(source);
      return Promise.resolve(source);
    },
    onBug: (error) => bugs.push(error),
  });
  let count = 0;
  let runs = 0;
  const open = (): ChannelUnderTest => {
    count += 1;
    const uuid = `channel-${count}`;
    const port = new FakeAudioPort(40_000 + 2 * count);
    const byes: HangupCause[] = [];
    const facts = {
      uuid,
      name: `sofia/drachtio_mrf/${uuid}`,
      callerName: '',
      callerNumber: '100',
      destination: 'drachtio',
      networkAddress: '127.0.0.1',
    };
    const channel = channels.open(facts, port, { hangUp: (cause) => byes.push(cause) });
    channel.variables.set('park_after_bridge', 'true');
    channel.variables.set('playback_terminators', 'none');
    onTestFinished(() => channel.hangup('NORMAL_CLEARING'));
    let seen = heard.length;
    return {
      channel,
      port,
      byes,
      run: (application, argument = '', { isLocked = false, loops = 1 } = {}) => {
        runs += 1;
        const id = `run-${runs}`;
        const { promise, resolve } = Promise.withResolvers<string>();
        const stop = events.listen(({ name, headers }) => {
          if (name !== 'CHANNEL_EXECUTE_COMPLETE' || headers.get('Application-UUID') !== id) return;
          stop();
          resolve(headers.get('Application-Response') ?? '');
        });
        channel.execute({ application, argument, uuid: id, isLocked, loops });
        return promise;
      },
      told: () => {
        const since = heard.slice(seen).filter(({ headers }) => headers.get('Unique-ID') === uuid);
        seen = heard.length;
        return since.map(({ name }) => name);
      },
    };
  };
  return { channels, identity, events, heard, sources, bugs, open };
}

/** Lets everything that waits for nothing but its turn come to its turn. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
