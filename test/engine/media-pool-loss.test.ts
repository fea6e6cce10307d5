import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/calls/ports/clock.ts';
import { systemClock } from '../../src/calls/system-clock.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { MonoMs } from '../../src/domain/time.ts';
import { BreakableLink } from '../support/breakable-link.ts';
import { readSdp, writeSdp } from '../support/phone/sdp.ts';
import { mediaServers, type MediaUnderTest } from './media-engines.ts';
import { hearEachOther, MediaStage, speaksOn } from './media-stage.ts';

const CALLER_HZ = 440;
const BUYER_HZ = 700;

/** So much faster time goes by for a pool that is to look for channels left behind, every 20 seconds of its own. */
const HURRY = 12;
const HURRIED: Clock = {
  now: () => ({ ...systemClock.now(), mono: (systemClock.now().mono * HURRY) as MonoMs }),
  startTimer: (delayMs, fire) => systemClock.startTimer(delayMs / HURRY, fire),
};

describe.each(mediaServers)('what is lost with the media server: $kind', ({ start }) => {
  let server: MediaUnderTest;
  let stage: MediaStage | undefined;

  beforeEach(async () => {
    server = await start();
  });

  afterEach(async () => {
    await stage?.close();
    await server.close();
  });

  it('tells every call when the link is lost, hangs its channels up, and comes back by itself', async () => {
    const link = await BreakableLink.to(server.eventSocket);
    stage = await MediaStage.open(server, { servers: [{ ...server.eventSocket, host: '127.0.0.1', port: link.port }] });
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    await call.media.bridge(await stage.answer(call, 'att_1', buyer));
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);

    link.cut();
    expect(await call.happens).toMatchObject({ type: 'lost' });
    expect(stage.pool.isUp).toBe(false);
    await expect(stage.call(caller)).rejects.toMatchObject({ code: 'media-unavailable' });
    await expect(call.media.negotiate('caller', '')).rejects.toMatchObject({ code: 'media-failed' });
    await call.media.close();
    expect(call.events).toHaveLength(1);
    await stage.channels(0);

    link.mend();
    await caller.waitUntil(() => stage!.pool.isUp, 'for the server to come back');
    const again = await stage.call(caller);
    expect(await again.media.play('caller', { kind: 'beep' })).toBe('finished');
    expect(stage.poolEvents.map(({ type }) => type)).toEqual(['up', 'down', 'up']);
    await again.media.close();
    await link.close();
  });

  it('tells the call when a channel is ended at the server', async () => {
    stage = await MediaStage.open(server);
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    await call.media.bridge(await stage.answer(call, 'att_1', buyer));
    const [channel] = await stage.channels(2);
    await stage.command(`uuid_kill ${channel}`);
    expect(await call.happens).toMatchObject({ type: 'lost', cause: expect.stringContaining('NORMAL_CLEARING') });
    await call.media.close();
    await stage.channels(0);
    expect(stage.pool.servers()).toMatchObject([{ state: 'up', calls: 0 }]);
  });

  it('says who has fallen silent, but of nobody who holds', async () => {
    stage = await MediaStage.open(server, { silenceLimitS: 2 });
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = await stage.answer(call, 'att_1', buyer);
    await call.media.bridge(attempt);
    await stage.reoffer(call, attempt, buyer, 'inactive');
    await speaksOn(caller, 150);
    await stage.reoffer(call, attempt, buyer, 'sendrecv');
    await speaksOn(caller, 125);
    expect(call.events).toEqual([]);

    await stage.silence(buyer);
    expect(await call.happens).toEqual({ type: 'silent', side: attempt, silentMs: 2_000 });
    expect(await call.media.play('caller', { kind: 'beep' })).toBe('finished');
    await call.media.close();
    expect(call.events).toHaveLength(1);
    await stage.channels(0);
  });

  it('waits for nothing from a destination that has not answered yet', async () => {
    stage = await MediaStage.open(server, { silenceLimitS: 2 });
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const attempt = 'att_1' as AttemptId;
    const answer = writeSdp(buyer.answer(readSdp(await call.media.openBuyer(attempt)))!);
    await call.media.negotiate(attempt, answer, 'early');
    await speaksOn(caller, 150);
    expect(call.events).toEqual([]);
    await call.media.negotiate(attempt, answer);
    expect(await call.happens).toEqual({ type: 'silent', side: attempt, silentMs: 2_000 });
    await call.media.close();
  });

  it("ends the channels that bear its mark and are nobody's, and no others", async () => {
    const instanceId = `former-${process.pid}-${Math.random().toString(36).slice(2)}`;
    stage = await MediaStage.open(server);
    const foreign = await stage.call(await stage.phone(CALLER_HZ));
    const former = await MediaStage.open(server, { instanceId });
    const left = await former.call(await former.phone(CALLER_HZ));
    const [channel] = await former.channels(1);

    const successor = await MediaStage.open(server, { instanceId, clock: HURRIED, limitMs: 4_000 * HURRY });
    const phone = await successor.phone(BUYER_HZ);
    const own = await successor.call(phone);
    expect(await left.happens).toMatchObject({ type: 'lost' });
    await phone.waitUntil(
      () => successor.poolEvents.some(({ type }) => type === 'reaped'),
      'for the channel to be reaped',
    );
    expect(successor.poolEvents).toContainEqual({ type: 'reaped', server: expect.any(String), channel });
    expect([foreign.events, own.events]).toEqual([[], []]);
    await successor.channels(1);
    await Promise.all([successor.close(), former.close()]);
  });
});
