import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMediaServer, type FakeEndpoint } from '../../test/support/fake-media-server.ts';
import { Foreground } from './foreground.ts';
import { STAND_IN } from './negotiation.ts';

describe('the foreground of an endpoint', () => {
  let server: FakeMediaServer;
  let endpoint: FakeEndpoint;
  let foreground: Foreground;

  beforeEach(async () => {
    server = new FakeMediaServer();
    await server.createEndpoint(STAND_IN, {});
    endpoint = server.endpoints[0]!;
    foreground = new Foreground(endpoint);
  });

  const begun = (): readonly string[] => endpoint.executions.map(({ argument }) => argument);

  it('runs what it is given, and tells what the server said of its end', async () => {
    const running = foreground.run(foreground.take(), 'playback', 'a');
    await settled();
    endpoint.executions[0]!.end('FILE NOT FOUND');
    expect(await running).toEqual({ kind: 'ended', word: 'FILE NOT FOUND' });
  });

  it('begins the next only when the one before has stopped', async () => {
    const stopping = Promise.withResolvers<void>();
    server.pace = () => stopping.promise;
    const first = foreground.run(foreground.take(), 'playback', 'a');
    await settled();
    const second = foreground.run(foreground.take(), 'playback', 'b');
    await settled();
    expect(begun()).toEqual(['a']);
    stopping.resolve();
    expect(await first).toEqual({ kind: 'stopped' });
    await settled();
    expect(begun()).toEqual(['a', 'b']);
    endpoint.executions[1]!.end();
    expect(await second).toEqual({ kind: 'ended', word: 'FILE PLAYED' });
  });

  it('never begins what lost its turn before it could', async () => {
    void foreground.run(foreground.take(), 'playback', 'a');
    await settled();
    const lost = foreground.run(foreground.take(), 'playback', 'b');
    const last = foreground.run(foreground.take(), 'playback', 'c');
    expect(await lost).toEqual({ kind: 'stopped' });
    await settled();
    expect(begun()).toEqual(['a', 'c']);
    await foreground.clear();
    expect([await last, endpoint.running]).toEqual([{ kind: 'stopped' }, 0]);
  });

  it('runs one round after the other in the same turn, until that ends', async () => {
    const turn = foreground.take();
    const first = foreground.run(turn, 'playback', 'a');
    await settled();
    endpoint.executions[0]!.end();
    await first;
    const second = foreground.run(turn, 'playback', 'a');
    foreground.end({});
    await settled();
    foreground.end(turn);
    expect(await second).toEqual({ kind: 'stopped' });
    expect(await foreground.run(turn, 'playback', 'a')).toEqual({ kind: 'stopped' });
    expect(begun()).toEqual(['a', 'a']);
  });

  it('fails what it runs when the channel is gone, but not what was to be stopped anyway', async () => {
    const failed = foreground.run(foreground.take(), 'playback', 'a');
    await settled();
    endpoint.end('NORMAL_CLEARING');
    await expect(failed).rejects.toMatchObject({ code: 'media-failed' });
    const stopped = foreground.run(foreground.take(), 'playback', 'b');
    await settled();
    server.pace = () => new Promise(() => undefined);
    foreground.take();
    endpoint.end('NORMAL_CLEARING');
    expect(await stopped).toEqual({ kind: 'stopped' });
  });
});

/** Everything that can go on without anything else happening has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
