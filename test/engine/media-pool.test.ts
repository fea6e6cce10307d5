import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttemptId } from '../../src/domain/ids.ts';
import { readSdp, writeSdp } from '../support/phone/sdp.ts';
import { mediaServers, type MediaUnderTest } from './media-engines.ts';
import { hearEachOther, HOLD_HZ, MediaStage, speaksOn } from './media-stage.ts';

const CALLER_HZ = 440;
const BUYER_HZ = 700;
const OTHER_HZ = 1_700;
const PROMPT_HZ = 900;

/** The tone of ringback that is no caller's. */
const RINGBACK_HZ = 480;

describe.each(mediaServers)('a call on the media server: $kind', ({ start }) => {
  let server: MediaUnderTest;
  let stage: MediaStage;

  beforeAll(async () => {
    server = await start();
    stage = await MediaStage.open(server);
  });

  afterAll(async () => {
    await stage.close();
    await server.close();
  });

  const prompt = async (durationMs: number, hz = PROMPT_HZ) =>
    ({ kind: 'file', path: await stage.toneFile(hz, durationMs) }) as const;

  it('lets caller and destination hear each other from the bridge on, and not before', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const ringing = call.media.play('caller', { kind: 'ringback' });
    await caller.waitToHear(RINGBACK_HZ);
    const attempt = await stage.answer(call, 'att_1', buyer);
    await speaksOn(buyer, 20);
    expect([caller.hears(BUYER_HZ), buyer.hears(CALLER_HZ), buyer.hears(RINGBACK_HZ)]).toEqual([false, false, false]);

    await call.media.bridge(attempt);
    expect(await ringing).toBe('stopped');
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    expect(caller.hears(RINGBACK_HZ)).toBe(false);
    await call.media.close();
    expect(call.events).toEqual([]);
  });

  it('plays a file to one side alone, and says when it was heard to its end', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = await stage.answer(call, 'att_1', buyer);
    const begunAt = performance.now();
    const playing = call.media.play(attempt, await prompt(600));
    await buyer.waitToHear(PROMPT_HZ);
    expect(caller.hears(PROMPT_HZ)).toBe(false);
    expect(await playing).toBe('finished');
    expect(performance.now() - begunAt).toBeGreaterThan(550);
    await call.media.close();
  });

  it('stops what plays, at once and also where it had not begun yet', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media } = await stage.call(caller);
    const playing = media.play('caller', await prompt(5_000));
    await caller.waitToHear(PROMPT_HZ);
    media.stop('caller');
    expect(await playing).toBe('stopped');
    await caller.waitForQuiet();

    const notBegun = media.play('caller', await prompt(5_000));
    media.stop('caller');
    expect(await notBegun).toBe('stopped');
    await speaksOn(caller, 15);
    expect(caller.hears(PROMPT_HZ)).toBe(false);
    await media.close();
  });

  it('plays the next sound in the place of the one before', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media } = await stage.call(caller);
    const first = media.play('caller', { kind: 'ringback' });
    const second = media.play('caller', await prompt(3_000, 1_100));
    const third = media.play('caller', await prompt(400));
    await caller.waitToHear(PROMPT_HZ);
    expect(await Promise.all([first, second, third])).toEqual(['stopped', 'stopped', 'finished']);
    await speaksOn(caller, 15);
    expect([caller.hears(RINGBACK_HZ), caller.hears(1_100)]).toEqual([false, false]);
    await media.close();
  });

  it('repeats a loop until it is stopped', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media } = await stage.call(caller);
    const playing = media.play('caller', { ...(await prompt(300)), kind: 'loop' });
    await caller.waitToHear(PROMPT_HZ);
    await speaksOn(caller, 50);
    await caller.waitToHear(PROMPT_HZ);
    media.stop('caller');
    expect(await playing).toBe('stopped');
    await caller.waitForQuiet();
    await media.close();
  });

  it('says what it could not play, and goes on', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media, events } = await stage.call(caller);
    const missing = media.play('caller', { kind: 'file', path: '/nowhere/hello.wav' });
    await expect(missing).rejects.toMatchObject({ code: 'media-failed', message: /can't play \/nowhere\/hello\.wav/ });
    expect(await media.play('caller', { kind: 'beep' })).toBe('finished');
    expect(events).toEqual([]);
    await media.close();
  });

  it('lets keys cut a question short, and ends it with as many as were asked for', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media } = await stage.call(caller);
    const asked = media.ask('caller', { sound: await prompt(10_000), maxDigits: 5, timeoutMs: 3_000 });
    await caller.waitToHear(PROMPT_HZ);
    caller.sendDigits('9');
    await caller.waitForQuiet();
    caller.sendDigits('0210');
    expect(await asked).toBe('90210');

    const menu = media.ask('caller', { sound: await prompt(10_000), maxDigits: 1, timeoutMs: 3_000 });
    await caller.waitToHear(PROMPT_HZ);
    caller.sendDigits('#');
    expect(await menu).toBe('#');
    await media.close();
  });

  it('ends a question with what there is: at #, after silence, and when it is stopped', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media } = await stage.call(caller);
    const withHash = media.ask('caller', { sound: await prompt(300), maxDigits: 5, timeoutMs: 5_000 });
    caller.sendDigits('12#');
    expect(await withHash).toBe('12');

    const silent = media.ask('caller', { sound: await prompt(100), maxDigits: 5, timeoutMs: 400 });
    expect(await silent).toBe('');

    const stopped = media.ask('caller', { sound: await prompt(10_000), maxDigits: 5, timeoutMs: 5_000 });
    await caller.waitToHear(PROMPT_HZ);
    media.pressed('caller', '7');
    await caller.waitForQuiet();
    media.stop('caller');
    expect(await stopped).toBe('7');
    await media.close();
  });

  it('hears early media before the call is answered, and the same destination after', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = 'att_1' as AttemptId;
    const offer = readSdp(await call.media.openBuyer(attempt));
    const early = buyer.answer(offer)!;
    await call.media.negotiate(attempt, writeSdp(early), 'early');
    buyer.follow(early, offer);
    await call.media.bridge(attempt);
    await caller.waitToHear(BUYER_HZ);

    await call.media.negotiate(attempt, writeSdp(early));
    await call.media.bridge(attempt);
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    await call.media.close();
  });

  it('asks a destination alone, even where the caller hears it already', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = await stage.answer(call, 'att_1', buyer);
    await call.media.bridge(attempt);
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    const asked = call.media.ask(attempt, { sound: await prompt(200), maxDigits: 1, timeoutMs: 5_000 });
    await buyer.waitToHear(PROMPT_HZ);
    await buyer.waitForQuiet();
    expect([caller.hears(BUYER_HZ), buyer.hears(CALLER_HZ)]).toEqual([false, false]);
    buyer.sendDigits('1');
    expect(await asked).toBe('1');
    await call.media.bridge(attempt);
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    await call.media.close();
  });

  it('carries keys across the bridge, however they came', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    await call.media.bridge(await stage.answer(call, 'att_1', buyer));
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    caller.sendDigits('5');
    await buyer.waitForDigits('5');
    call.media.pressed('caller', '8#');
    await buyer.waitForDigits('58#');
    buyer.sendDigits('*');
    await caller.waitForDigits('*');
    await call.media.close();
  });

  it.each(['caller', 'att_1'] as const)('lets the other side hear music while %s holds', async (holder) => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = await stage.answer(call, 'att_1', buyer);
    await call.media.bridge(attempt);
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    const [side, held, other] =
      holder === 'caller' ? (['caller', caller, buyer] as const) : ([attempt, buyer, caller] as const);
    for (const direction of ['sendonly', 'inactive'] as const) {
      expect(readSdp(await stage.reoffer(call, side, held, direction)).direction).toBe(
        direction === 'sendonly' ? 'recvonly' : 'inactive',
      );
      await other.waitToHear(HOLD_HZ);
      await other.waitUntil(() => !caller.hears(BUYER_HZ) && !buyer.hears(CALLER_HZ), 'until neither hears the other');
      await stage.reoffer(call, side, held, 'sendrecv');
      await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    }
    expect(call.events).toEqual([]);
    await call.media.close();
  });

  it('plays music to a destination bridged to a caller who holds already', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = await stage.answer(call, 'att_1', buyer);
    await stage.reoffer(call, 'caller', caller, 'inactive');
    await call.media.bridge(attempt);
    await buyer.waitToHear(HOLD_HZ);
    await stage.reoffer(call, 'caller', caller, 'sendrecv');
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    await call.media.close();
  });

  it('goes from one destination to the next, with ringing between', async () => {
    const phones = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ), await stage.phone(OTHER_HZ)] as const;
    const [caller, buyer, other] = phones;
    const call = await stage.call(caller);
    const first = await stage.answer(call, 'att_1', buyer);
    await call.media.bridge(first);
    await caller.waitToHear(BUYER_HZ);
    call.media.closeBuyer(first);
    const ringing = call.media.play('caller', { kind: 'ringback' });
    await caller.waitToHear(RINGBACK_HZ);
    const second = await stage.answer(call, 'att_2', other);
    await call.media.bridge(second);
    await hearEachOther(caller, CALLER_HZ, other, OTHER_HZ);
    expect([await ringing, caller.hears(BUYER_HZ), call.events]).toEqual(['stopped', false, []]);
    await expect(call.media.bridge(first)).rejects.toMatchObject({ code: 'media-failed' });
    await call.media.close();
  });

  it('keeps the caller when a destination goes at the moment it is bridged', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    for (const attempt of ['att_1', 'att_2', 'att_3']) {
      const attemptId = await stage.answer(call, attempt, buyer);
      const bridging = call.media.bridge(attemptId);
      await speaksOn(caller, 1);
      call.media.closeBuyer(attemptId);
      await bridging;
      expect(await call.media.play('caller', { kind: 'beep' })).toBe('finished');
    }
    expect(call.events).toEqual([]);
    await call.media.close();
  });

  it('speaks from one port all through, PCMU or PCMA as each side likes', async () => {
    const caller = await stage.phone(CALLER_HZ, { codecs: ['PCMU'] });
    const buyer = await stage.phone(BUYER_HZ, { codecs: ['PCMA', 'PCMU'] });
    const call = await stage.call(caller);
    const offer = readSdp(await call.media.openBuyer('att_1' as AttemptId));
    expect(offer).toMatchObject({ codecs: ['PCMU', 'PCMA'], digitsType: 101, direction: 'sendrecv' });
    const answer = { ...buyer.offer(), digitsType: offer.digitsType };
    await call.media.negotiate('att_1' as AttemptId, writeSdp(answer));
    buyer.follow(answer, { ...offer, codecs: ['PCMA'] });
    await call.media.bridge('att_1' as AttemptId);
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    const { port } = readSdp(await stage.reoffer(call, 'att_1' as AttemptId, buyer, 'sendonly'));
    expect(port).toBe(offer.port);
    await call.media.close();
  });

  it('makes the offer where the caller made none', async () => {
    const caller = await stage.phone(CALLER_HZ, { codecs: ['PCMA'] });
    const { media } = await stage.openCall(caller, null);
    const offer = readSdp(media.callerSdp);
    expect(offer).toMatchObject({ codecs: ['PCMU', 'PCMA'], digitsType: 101, direction: 'sendrecv' });
    const answer = caller.answer(offer)!;
    await media.negotiate('caller', writeSdp(answer));
    caller.follow(answer, offer);
    const playing = media.play('caller', { kind: 'ringback' });
    await caller.waitToHear(RINGBACK_HZ);
    await media.close();
    expect(await playing).toBe('stopped');
  });

  it('refuses an offer that has nothing it speaks, at the beginning and within the call', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const opus = writeSdp(caller.offer())
      .replace('RTP/AVP 0 101', 'RTP/AVP 96')
      .replace('0 PCMU/8000', '96 opus/48000/2');
    await expect(stage.openCall(caller, opus)).rejects.toMatchObject({ code: 'media-refused' });
    const call = await stage.call(caller);
    await expect(call.media.negotiate('caller', opus)).rejects.toMatchObject({ code: 'media-refused' });
    expect(await call.media.play('caller', { kind: 'beep' })).toBe('finished');
    await call.media.close();
  });

  it('leaves no channel behind', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = await stage.answer(call, 'att_1', buyer);
    await call.media.bridge(attempt);
    const opening = call.media.openBuyer('att_2' as AttemptId);
    await Promise.all([call.media.close(), expect(opening).rejects.toMatchObject({ code: 'media-failed' })]);
    await expect(call.media.play('caller', { kind: 'beep' })).rejects.toMatchObject({ code: 'media-failed' });
    expect(stage.pool.servers()).toMatchObject([{ state: 'up', calls: 0 }]);
    await stage.channels(0);
  });
});
