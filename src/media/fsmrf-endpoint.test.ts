import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { ScriptedEventSocket, type ScriptedChannel } from '../../test/support/scripted-event-socket.ts';
import { connectFsmrf } from './fsmrf-link.ts';
import type { MediaEndpoint, ServerLink } from './server-link.ts';

/** The SIP dialog with the media server, as drachtio-srf has it. */
class FakeDialog extends EventEmitter {
  connected = true;
  readonly req = { socket: {} as unknown };
  readonly local = { sdp: '', contact: '<sip:us>' };
  readonly remote = { sdp: 'the answer' };
  readonly requests: { readonly body: string; readonly headers: Record<string, string> }[] = [];
  /** Answers re-INVITEs with these, one call of the callback each. */
  responses: readonly { readonly status: number; readonly body: string }[] = [{ status: 200, body: 'ours' }];
  byes = 0;

  request(
    request: { body: string; headers: Record<string, string> },
    answered: (error: unknown, response?: { status: number; body: string }) => void,
  ): void {
    this.requests.push(request);
    for (const response of this.responses) answered(null, response);
  }

  destroy(): void {
    this.byes += 1;
    this.connected = false;
  }

  /** The server's BYE. */
  bye(reason = ''): void {
    this.connected = false;
    this.emit('destroy', { get: () => reason });
  }
}

describe('a channel at a media server', () => {
  let clock: ManualClock;
  let socket: ScriptedEventSocket;
  let link: ServerLink;
  let dialog: FakeDialog;
  let answering: PromiseWithResolvers<void>;
  let invite: { readonly uri: string; readonly headers: Record<string, string>; readonly localSdp: string };
  const keys: string[] = [];
  const ends: (string | null)[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    keys.length = 0;
    ends.length = 0;
    answering = Promise.withResolvers();
    answering.resolve();
    socket = await ScriptedEventSocket.start();
    dialog = new FakeDialog();
    const createUAC = async (uri: string, given: Omit<typeof invite, 'uri'>): Promise<FakeDialog> => {
      invite = { uri, ...given };
      await answering.promise;
      socket.connectChannel(given.headers['X-esl-outbound'] ?? '', given.headers['User-Agent'] ?? '');
      return dialog;
    };
    const events = { onHeartbeat: () => undefined, onEnd: () => undefined, onFault: () => undefined };
    link = await connectFsmrf(
      socket.address,
      { srf: { createUAC }, listenAddress: '127.0.0.1', patience: { clock, limitMs: 4_000 } },
      events,
    );
  });

  afterEach(async () => {
    link.close();
    await socket.close();
  });

  const make = async (): Promise<MediaEndpoint> => {
    const endpoint = await link.createEndpoint('v=0\r\n', { 'X-Tollgate-Instance': 'here' });
    endpoint.listen({ onKey: (key) => keys.push(key), onGone: (cause) => ends.push(cause) });
    return endpoint;
  };
  const channel = (): ScriptedChannel => socket.channels[0]!;
  const until = (holds: () => boolean): Promise<boolean> => vi.waitUntil(holds, { timeout: 5_000, interval: 5 });
  /** Has the channel run something; resolves once it has been told to. */
  const run = async (endpoint: MediaEndpoint) => {
    channel().endsAtOnce = false;
    const execution = endpoint.execute('playback', '/a.wav');
    await until(() => channel().executions.length === 1);
    return { execution, id: channel().executions[0]!.id };
  };

  it('is made by an INVITE that bears our mark, and speaks over any link to the SIP server from then on', async () => {
    const endpoint = await make();
    expect(invite).toMatchObject({ uri: 'sip:drachtio@127.0.0.1:5080', localSdp: 'v=0\r\n' });
    expect(invite.headers['X-Tollgate-Instance']).toBe('here');
    expect([endpoint.uuid, endpoint.sdp, dialog.req.socket]).toEqual(['channel-0', 'the answer', undefined]);
    expect([link.holds('channel-0'), link.holds('channel-1')]).toEqual([true, false]);
  });

  it('is hung up where it comes too late', async () => {
    answering = Promise.withResolvers();
    const making = link.createEndpoint('v=0\r\n', {}).catch((error: unknown) => error);
    await until(() => clock.running === 1);
    clock.advance(4_000);
    expect(await making).toMatchObject({ code: 'media-failed' });
    answering.resolve();
    await until(() => channel()?.executions.some(({ application }) => application === 'hangup'));
    dialog.bye();
    await until(() => !link.holds('channel-0'));
  });

  it('tells of keys, and once of its end with the cause', async () => {
    await make();
    channel().tell('DTMF', { 'DTMF-Digit': '5' });
    channel().tell('DTMF', { 'DTMF-Digit': '#' });
    channel().tell('CHANNEL_CALLSTATE', { 'Channel-Call-State': 'HANGUP', 'Hangup-Cause': 'MEDIA_TIMEOUT' });
    await until(() => ends.length > 0);
    channel().cut();
    dialog.bye('Q.850;cause=16;text="NORMAL_CLEARING"');
    expect([keys, ends]).toEqual([['5', '#'], ['MEDIA_TIMEOUT']]);
  });

  it('has the cause of its end from its BYE where its connection closes first', async () => {
    await make();
    channel().cut();
    await until(() => clock.running === 1);
    dialog.bye('Q.850;cause=31;text="MEDIA_TIMEOUT"');
    clock.advance(250);
    expect(ends).toEqual(['MEDIA_TIMEOUT']);
  });

  it('has ended where its connection closes and no BYE follows: its server is gone', async () => {
    const endpoint = await make();
    const { execution } = await run(endpoint);
    const failed = execution.ended.catch((error: unknown) => error);
    channel().cut();
    expect(await failed).toMatchObject({ code: 'media-failed' });
    await until(() => clock.running === 1);
    clock.advance(250);
    expect(ends).toEqual([null]);
    await expect(endpoint.command('uuid_break x')).rejects.toMatchObject({ code: 'media-failed' });
    await expect(endpoint.execute('playback', '/a.wav').ended).rejects.toMatchObject({ code: 'media-failed' });
    // One the library would leave without anybody to take its failure, which ends the process.
    await expect(endpoint.set({ hold_music: 'silence' })).rejects.toMatchObject({ code: 'media-failed' });
    const destroyed = endpoint.destroy();
    await until(() => clock.running > 0);
    clock.advance(250);
    await destroyed;
    expect([dialog.byes, link.holds('channel-0'), clock.running]).toEqual([1, false, 0]);
  });

  it('tells of an end that came before anyone listened', async () => {
    const endpoint = await link.createEndpoint('v=0\r\n', {});
    dialog.bye('Q.850;cause=16;text="NORMAL_CLEARING"');
    endpoint.listen({ onKey: () => undefined, onGone: (cause) => ends.push(cause) });
    await until(() => ends.length > 0);
    expect(ends).toEqual(['NORMAL_CLEARING']);
  });

  it('runs an application, and tells what the server said of its end', async () => {
    const { execution, id } = await run(await make());
    channel().begin(id);
    channel().end(id, 'FILE NOT FOUND');
    expect(await execution.ended).toBe('FILE NOT FOUND');
    await execution.stop();
    expect([channel().commands, clock.running]).toEqual([[], 0]);
  });

  it('breaks an application off only when it has begun: before that it would be in vain', async () => {
    const endpoint = await make();
    const { execution, id } = await run(endpoint);
    const stopped = execution.stop();
    // Whatever was asked before the break would be answered before it.
    await endpoint.command('status');
    expect(channel().commands).toEqual(['status']);
    channel().begin(id);
    await until(() => channel().commands.includes('uuid_break channel-0'));
    channel().end(id);
    await stopped;
    expect(await execution.ended).toBe('FILE PLAYED');
  });

  it('breaks off what begins when nobody waits for it any more', async () => {
    const { execution, id } = await run(await make());
    const failed = execution.ended.catch((error: unknown) => error);
    clock.advance(4_000);
    expect(await failed).toMatchObject({ message: 'The media server took more than 4 s beginning playback.' });
    channel().begin(id);
    await until(() => channel().commands.includes('uuid_break channel-0'));
  });

  it('does not wait longer than its limit for an application to stop', async () => {
    const { execution, id } = await run(await make());
    channel().begin(id);
    const stopped = execution.stop().catch((error: unknown) => error);
    await until(() => channel().commands.includes('uuid_break channel-0'));
    await until(() => clock.running === 1);
    clock.advance(4_000);
    expect(await stopped).toMatchObject({ message: 'The media server took more than 4 s stopping playback.' });
  });

  it('is bridged when the server says that it is', async () => {
    const endpoint = await make();
    let isBridged = false;
    const bridging = endpoint.bridge('channel-1').then(() => (isBridged = true));
    await endpoint.command('status');
    await new Promise((resolve) => setImmediate(resolve));
    expect([channel().commands, isBridged]).toEqual([['uuid_bridge channel-0 channel-1', 'status'], false]);
    channel().tell('CHANNEL_BRIDGE');
    await bridging;
    channel().answers.set('uuid_bridge', '-ERR Invalid uuid\n');
    await expect(endpoint.bridge('nobody')).rejects.toThrow(/-ERR Invalid uuid/);
  });

  it('takes up an SDP by re-INVITE, whatever is said before the answer', async () => {
    const endpoint = await make();
    dialog.responses = [
      { status: 100, body: '' },
      { status: 200, body: 'their answer' },
    ];
    expect(await endpoint.modify('our offer')).toBe('their answer');
    expect(dialog.requests).toEqual([{ method: 'INVITE', headers: { Contact: '<sip:us>' }, body: 'our offer' }]);
    expect(dialog.local.sdp).toBe('our offer');
  });

  it.each([
    [488, 'media-refused'],
    [415, 'media-refused'],
    [491, 'media-failed'],
  ])('says so where the server answers an SDP with %i: %s', async (status, code) => {
    const endpoint = await make();
    dialog.responses = [{ status, body: '' }];
    await expect(endpoint.modify('our offer')).rejects.toMatchObject({ code });
    dialog.responses = [];
    const silent = endpoint.modify('our offer').catch((error: unknown) => error);
    clock.advance(4_000);
    expect(await silent).toMatchObject({ message: 'The media server took more than 4 s taking up an SDP.' });
  });

  it('is hung up by a command of its own, and given back with its BYE', async () => {
    const endpoint = await make();
    const destroyed = endpoint.destroy();
    await until(() => channel().executions.some(({ application }) => application === 'hangup'));
    dialog.bye();
    await destroyed;
    expect(endpoint.destroy()).toBe(destroyed);
    expect([ends, dialog.byes, link.holds('channel-0'), clock.running]).toEqual([[], 0, false, 0]);
  });

  it('is killed by the server, and its dialog ended by us, where it does not hang up in time', async () => {
    const endpoint = await make();
    const destroyed = endpoint.destroy();
    await until(() => channel().executions.some(({ application }) => application === 'hangup'));
    clock.advance(4_000);
    await destroyed;
    expect([socket.commands, dialog.byes, link.holds('channel-0')]).toEqual([['uuid_kill channel-0'], 1, false]);
  });

  it('sets variables, as many as are wanted at once', async () => {
    const endpoint = await make();
    await endpoint.set({ park_after_bridge: 'true', hold_music: 'tone_stream://%(300,9700,440);loops=-1' });
    expect(channel().executions[0]).toMatchObject({
      application: 'multiset',
      argument: '^^^park_after_bridge=true^hold_music=tone_stream://%(300,9700,440);loops=-1',
    });
  });
});
