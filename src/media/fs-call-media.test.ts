import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMediaServer, type FakeEndpoint } from '../../test/support/fake-media-server.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { MediaEvent } from '../calls/ports/call-media.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import { FsCallMedia } from './fs-call-media.ts';
import { PCMA, PCMU, readOffer, writeSdp, type AudioStream } from './sdp.ts';
import { BEEP, RINGBACK } from './sounds.ts';

const ATTEMPT = 'att_1' as AttemptId;
const OTHER = 'att_2' as AttemptId;

const PHONE: AudioStream = {
  address: '192.0.2.1',
  port: 4_000,
  codec: PCMA,
  keys: 101,
  direction: 'sendrecv',
  packetMs: 20,
};
const OFFER = writeSdp(PHONE, { id: '9', version: 1 });

/** Everything that can go on without anything else happening has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the media of a call', () => {
  let clock: ManualClock;
  let server: FakeMediaServer;
  let events: MediaEvent[];
  let closed: number;

  beforeEach(() => {
    clock = new ManualClock();
    server = new FakeMediaServer();
    events = [];
    closed = 0;
  });

  const make = (silenceLimitMs: number | null = null): FsCallMedia => {
    const toServerPath = (path: string): string => `/server${path}`;
    const options = { clock, instanceId: 'here', silenceLimitMs, holdMusic: '/hold.wav', toServerPath };
    const report = (event: MediaEvent): void => void events.push(event);
    const onClosed = (): void => void (closed += 1);
    return new FsCallMedia('call_1' as CallId, { server: 'fs:8021', link: server, options, report, onClosed });
  };
  const open = async (offer: string | null = OFFER, silenceLimitMs: number | null = null): Promise<FsCallMedia> => {
    const media = make(silenceLimitMs);
    await media.begin(offer);
    return media;
  };
  const caller = (): FakeEndpoint => server.endpoints[0]!;
  const buyer = (): FakeEndpoint => server.endpoints[1]!;
  const begun = (endpoint: FakeEndpoint): readonly string[] =>
    endpoint.executions.map(({ application, argument }) => `${application} ${argument}`);

  it('answers the caller with the address and port of its endpoint, which bears our mark', async () => {
    const media = await open();
    expect(readOffer(media.callerSdp)?.audio).toMatchObject({ address: '192.0.2.7', codec: PCMA, keys: 101 });
    expect(caller().headers).toEqual({ 'X-Tollgate-Instance': 'here', 'X-Tollgate-Call-Id': 'call_1' });
    expect(caller().variables).toMatchObject({
      hangup_after_bridge: 'false',
      park_after_bridge: 'true',
      playback_terminators: 'none',
      hold_music: '/server/hold.wav',
      RECORD_STEREO: 'true',
    });
    const before = media.callerSdp;
    await media.negotiate('caller', writeSdp({ ...PHONE, direction: 'sendonly' }, { id: '9', version: 2 }));
    expect(media.callerSdp).toBe(before);
  });

  it('offers PCMU first where the caller offers nothing, and a destination what the caller speaks', async () => {
    const media = await open(null);
    expect(readOffer(media.callerSdp)?.audio).toMatchObject({ codec: PCMU, direction: 'sendrecv' });
    await media.negotiate('caller', OFFER);
    expect(readOffer(await media.openBuyer(ATTEMPT))?.audio).toMatchObject({ codec: PCMA, direction: 'sendrecv' });
  });

  it('asks the server for nothing where the offer has nothing it speaks', async () => {
    await expect(make().begin('v=0\r\n')).rejects.toMatchObject({ code: 'media-refused' });
    expect(server.endpoints).toEqual([]);
  });

  it('plays what the server calls a file, a tone, or a tone for ever', async () => {
    const media = await open();
    for (const sound of [{ kind: 'ringback' }, { kind: 'beep' }, { kind: 'file', path: '/a b.wav' }] as const) {
      const playing = media.play('caller', sound);
      await settled();
      caller().executions.at(-1)!.end();
      expect(await playing).toBe('finished');
    }
    expect(begun(caller())).toEqual([`playback ${RINGBACK}`, `playback ${BEEP}`, 'playback /server/a b.wav']);
  });

  it('says why something is not heard', async () => {
    const media = await open();
    const missing = media.play('caller', { kind: 'file', path: '/a.wav' });
    await settled();
    caller().executions[0]!.end('FILE NOT FOUND');
    await expect(missing).rejects.toThrow("The media server can't play /server/a.wav: FILE NOT FOUND.");
    await expect(media.play('caller', { kind: 'file', path: "/it's.wav" })).rejects.toThrow(/can't be told of/);
    await expect(media.play(ATTEMPT, { kind: 'beep' })).rejects.toThrow(/att_1 has no endpoint/);
  });

  it('plays a loop round after round, but nothing that is over as soon as it begins', async () => {
    const media = await open();
    const playing = media.play('caller', { kind: 'loop', path: '/a.wav' });
    await settled();
    clock.advance(5_000);
    caller().executions[0]!.end();
    await settled();
    expect(begun(caller())).toHaveLength(2);
    media.stop('caller');
    expect(await playing).toBe('stopped');
    await settled();
    expect(begun(caller())).toHaveLength(2);

    const empty = media.play('caller', { kind: 'loop', path: '/empty.wav' });
    await settled();
    caller().executions[2]!.end();
    await expect(empty).rejects.toThrow(/too short/);
  });

  it('cuts a prompt short with the first key, and counts silence from the last', async () => {
    const media = await open();
    const asked = media.ask('caller', { sound: { kind: 'beep' }, maxDigits: 5, timeoutMs: 3_000 });
    await settled();
    caller().press('4');
    await settled();
    expect(caller().executions[0]!.isStopped).toBe(true);
    clock.advance(2_999);
    caller().press('2');
    clock.advance(3_000);
    expect(await asked).toBe('42');
    caller().press('9');
  });

  it('gives a question no keys from before it, and none of the other side', async () => {
    const media = await open();
    await media.openBuyer(ATTEMPT);
    caller().press('1');
    const asked = media.ask('caller', { sound: { kind: 'beep' }, maxDigits: 2, timeoutMs: 3_000 });
    buyer().press('2');
    caller().press('34');
    expect(await asked).toBe('34');
  });

  it('ends a question with what it has when something else is to be heard', async () => {
    const media = await open();
    const asked = media.ask('caller', { sound: { kind: 'beep' }, maxDigits: 5, timeoutMs: 3_000 });
    await settled();
    caller().press('7');
    const playing = media.play('caller', { kind: 'ringback' });
    expect(await asked).toBe('7');
    await settled();
    media.stop('caller');
    expect(await playing).toBe('stopped');
    expect(clock.running).toBe(0);
  });

  it('fails a question whose prompt can not be heard, and one whose side is gone', async () => {
    const media = await open();
    const unheard = media.ask('caller', { sound: { kind: 'file', path: '/a.wav' }, maxDigits: 5, timeoutMs: 3_000 });
    await settled();
    caller().executions[0]!.end('FILE NOT FOUND');
    await expect(unheard).rejects.toThrow(/FILE NOT FOUND/);
    const gone = media.ask('caller', { sound: { kind: 'beep' }, maxDigits: 5, timeoutMs: 3_000 });
    await settled();
    caller().press('1');
    caller().end('NORMAL_CLEARING');
    await expect(gone).rejects.toMatchObject({ code: 'media-failed' });
    expect(clock.running).toBe(0);
  });

  it('hands keys on that came by SIP, those that are keys', async () => {
    const media = await open();
    media.pressed('caller', '1a;#');
    media.pressed('caller', 'x y');
    media.pressed(ATTEMPT, '1');
    await settled();
    expect(caller().commands).toEqual(['uuid_recv_dtmf uuid-0 1A#']);
  });

  it('bridges when nothing plays any more, and once', async () => {
    const media = await open();
    await media.openBuyer(ATTEMPT);
    const ringing = media.play('caller', { kind: 'ringback' });
    const whisper = media.play(ATTEMPT, { kind: 'beep' });
    await settled();
    await Promise.all([media.bridge(ATTEMPT), media.bridge(ATTEMPT)]);
    expect(await Promise.all([ringing, whisper])).toEqual(['stopped', 'stopped']);
    expect([caller().bridgedTo, caller().running, buyer().running]).toEqual(['uuid-1', 0, 0]);
    caller().bridgedTo = null;
    await media.bridge(ATTEMPT);
    expect(caller().bridgedTo).toBeNull();
  });

  it('parts the two before one of them is asked something', async () => {
    const media = await open();
    await media.openBuyer(ATTEMPT);
    await media.bridge(ATTEMPT);
    const asked = media.ask(ATTEMPT, { sound: { kind: 'beep' }, maxDigits: 1, timeoutMs: 3_000 });
    await settled();
    expect(caller().commands).toEqual(['uuid_transfer uuid-0 -both park inline']);
    buyer().press('1');
    expect(await asked).toBe('1');
    caller().bridgedTo = null;
    await media.bridge(ATTEMPT);
    expect(caller().bridgedTo).toBe('uuid-1');
  });

  it('lets the next bridge wait until the one before is taken down', async () => {
    const media = await open();
    await media.openBuyer(ATTEMPT);
    await media.openBuyer(OTHER);
    await media.bridge(ATTEMPT);
    const gate = Promise.withResolvers<void>();
    server.pace = (step) => (step === 'command' ? gate.promise : Promise.resolve());
    media.closeBuyer(ATTEMPT);
    media.closeBuyer(ATTEMPT);
    const bridging = media.bridge(OTHER);
    await settled();
    expect(caller().bridgedTo).toBe('uuid-1');
    gate.resolve();
    await bridging;
    expect([caller().bridgedTo, buyer().isDestroyed]).toEqual(['uuid-2', true]);
  });

  it('gives no endpoint back and says nothing new while a bridge is being made', async () => {
    const media = await open();
    await media.openBuyer(ATTEMPT);
    const gate = Promise.withResolvers<void>();
    server.pace = (step) => (step === 'bridge' ? gate.promise : Promise.resolve());
    const bridging = media.bridge(ATTEMPT);
    await settled();
    media.closeBuyer(ATTEMPT);
    const held = media.negotiate('caller', writeSdp({ ...PHONE, direction: 'inactive' }, { id: '9', version: 2 }));
    await settled();
    expect([buyer().isDestroyed, caller().offers]).toEqual([false, [expect.stringContaining('a=sendrecv')]]);
    gate.resolve();
    await Promise.all([bridging, held]);
    await settled();
    expect([buyer().isDestroyed, caller().offers.length]).toEqual([true, 2]);
    const asked = media.ask('caller', { sound: { kind: 'beep' }, maxDigits: 1, timeoutMs: 3_000 });
    caller().press('1');
    expect([await asked, caller().commands]).toEqual(['1', []]);
  });

  it("records on the caller's channel, one file at a time, and completes it first when it is closed", async () => {
    const media = await open();
    await expect(media.pauseRecording()).rejects.toThrow('Nothing is being recorded.');
    await media.startRecording('/a b.wav');
    await expect(media.startRecording('/c.wav')).rejects.toThrow(/being recorded already/);
    await media.pauseRecording();
    await media.resumeRecording();
    await media.stopRecording();
    await media.stopRecording();
    await media.startRecording('/d.wav');
    await media.close();
    expect(caller().commands).toEqual([
      "uuid_record uuid-0 start '/server/a b.wav'",
      "uuid_record uuid-0 mask '/server/a b.wav'",
      "uuid_record uuid-0 unmask '/server/a b.wav'",
      "uuid_record uuid-0 stop '/server/a b.wav'",
      'uuid_record uuid-0 start /server/d.wav',
      'uuid_record uuid-0 stop /server/d.wav',
    ]);
  });

  it('can begin to record again where it failed', async () => {
    const media = await open();
    server.failing.add('command');
    await expect(media.startRecording('/a.wav')).rejects.toMatchObject({ code: 'media-failed' });
    server.failing.clear();
    await media.startRecording('/b.wav');
    expect(caller().commands).toEqual(['uuid_record uuid-0 start /server/b.wav']);
  });

  it('takes a message until #, and no longer than it may be', async () => {
    const media = await open();
    const taken = media.takeMessage('/m.wav', { maxMs: 30_000, silenceMs: 2_600 });
    await settled();
    expect(begun(caller())).toEqual(['record /server/m.wav 31 200 3']);
    caller().press('1');
    caller().press('#');
    await taken;
    expect(caller().executions[0]!.isStopped).toBe(true);

    const long = media.takeMessage('/l.wav', { maxMs: 30_000, silenceMs: 2_600 });
    await settled();
    clock.advance(30_000);
    await long;
    expect(clock.running).toBe(0);
  });

  it('completes a message before the caller is hung up', async () => {
    const media = await open();
    const taken = media.takeMessage('/m.wav', { maxMs: 30_000, silenceMs: 3_000 });
    await settled();
    await media.close();
    await taken;
    expect([caller().executions[0]!.isStopped, caller().isDestroyed, clock.running]).toEqual([true, true, 0]);
  });

  it('says that all is lost, once, when the server is or ends a channel; then nothing is left', async () => {
    const media = await open();
    await media.openBuyer(ATTEMPT);
    const playing = media.play('caller', { kind: 'ringback' });
    await settled();
    buyer().end('SYSTEM_SHUTDOWN');
    media.lose('the link was lost');
    expect(await playing).toBe('stopped');
    await media.close();
    expect(events).toEqual([{ type: 'lost', cause: 'the media server ended the channel of att_1: SYSTEM_SHUTDOWN' }]);
    expect([server.live, closed]).toEqual([[], 1]);
    await expect(media.openBuyer(OTHER)).rejects.toThrow(/the call's media is lost/);
  });

  it('says who has fallen silent, and goes on with the other', async () => {
    const media = await open(OFFER, 30_000);
    await media.openBuyer(ATTEMPT);
    buyer().end('MEDIA_TIMEOUT');
    expect(events).toEqual([{ type: 'silent', side: ATTEMPT, silentMs: 30_000 }]);
    const playing = media.play('caller', { kind: 'beep' });
    await settled();
    caller().executions[0]!.end();
    expect(await playing).toBe('finished');
    await expect(media.play(ATTEMPT, { kind: 'beep' })).rejects.toMatchObject({ code: 'media-failed' });
    await media.close();
    expect(server.live).toEqual([]);
  });

  it.each(['createEndpoint', 'set', 'modify'] as const)('leaves nothing where the server fails at %s', async (step) => {
    server.failing.add(step);
    const media = make();
    await expect(media.begin(OFFER)).rejects.toMatchObject({ code: 'media-failed' });
    await media.close();
    expect([server.live, events, closed]).toEqual([[], [], 1]);
  });

  it('leaves nothing where the server answers with what is no audio of ours', async () => {
    const createEndpoint = server.createEndpoint.bind(server);
    server.createEndpoint = async (...given) => Object.assign(await createEndpoint(...given), { sdp: 'v=0\r\n' });
    const media = make();
    await expect(media.begin(OFFER)).rejects.toMatchObject({ code: 'media-failed' });
    await media.close();
    expect(server.live).toEqual([]);
  });

  it('is not open where it is closed at any moment of its opening', async () => {
    for (let moment = 0; moment < 80; moment++) {
      const media = make();
      const opening = media.begin(moment % 2 === 0 ? null : OFFER);
      for (let turn = 0; turn < moment / 2; turn++) await Promise.resolve();
      const closing = media.close();
      await Promise.allSettled([opening, closing]);
      await expect(media.play('caller', { kind: 'beep' })).rejects.toThrow("the call's media is closed");
    }
    expect([server.live, closed]).toEqual([[], 80]);
  });

  it('gives an endpoint back that comes when it is wanted no more', async () => {
    const media = await open();
    const gate = Promise.withResolvers<void>();
    server.pace = () => gate.promise;
    const dropped = media.openBuyer(ATTEMPT);
    await expect(media.openBuyer(ATTEMPT)).rejects.toThrow('att_1 has an endpoint already.');
    media.closeBuyer(ATTEMPT);
    gate.resolve();
    await expect(dropped).rejects.toThrow(/closed before it was there/);
    await settled();
    expect(server.live).toEqual([caller()]);
    await media.openBuyer(ATTEMPT);
    await media.close();
    expect(server.live).toEqual([]);
  });

  it('rejects at once what is under way when it is closed, and what is asked after that', async () => {
    const media = await open();
    server.pace = (step) => (step === 'command' ? Promise.resolve() : new Promise(() => undefined));
    const pending = [media.negotiate('caller', writeSdp({ ...PHONE, port: 9 }, { id: '9', version: 2 }))];
    const closing = media.close();
    for (const work of pending) await expect(work).rejects.toMatchObject({ code: 'media-failed' });
    await expect(media.bridge(ATTEMPT)).rejects.toThrow("The call's media is closed.");
    await closing;
    expect(media.close()).toBe(media.close());
  });
});
