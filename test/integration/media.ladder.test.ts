import { describe, expect, it } from 'vitest';
import { ignoresBye } from '../support/phone/behaviours.ts';
import { channelsOf, toneIn } from '../support/tone-wav.ts';
import { BUYER_HZ, CALLER_HZ, MediaStage } from './media-stage.ts';

const GREETING_HZ = 600;
const ZIP_HZ = 700;
const WHISPER_HZ = 1_500;
const RINGBACK_HZ = 850;
const CLOSED_HZ = 500;

/** A schedule that has been closed since the beginning of time. */
async function closed(media: MediaStage): Promise<void> {
  const { product, ids } = media.stage;
  const schedule = await product.post('/schedules', {
    name: 'Closed',
    timezone: 'America/New_York',
    weekly: { mon: [['03:00', '03:01']] },
    exceptions: [],
  });
  await product.patch(`/routes/${ids.routeIds['ann']}`, { scheduleId: schedule.id });
}

describe('an anchored call', () => {
  it('passes audio and digits both ways, each leg with the media server’s own SDP', async () => {
    const media = await MediaStage.set({ ann: {} }, { campaign: { media: 'anchored' } });
    const [call, answered] = await media.connect('ann');
    const buyerVoice = media.voice('ann');
    await Promise.all([media.callerVoice.waitToHear(BUYER_HZ), buyerVoice.waitToHear(CALLER_HZ)]);
    expect(answered.invite.body).not.toBe(call.invite.body);
    expect(media.stage.message('carrier', '← 200').body).not.toBe(media.stage.message('ann', '→ 200').body);
    media.callerVoice.sendDigits('42#');
    await buyerVoice.waitForDigits('42#');
    buyerVoice.sendDigits('7');
    await media.callerVoice.waitForDigits('7');
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(cdr).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true }, recordingId: null });
    media.stage.expectTalk(cdr, call, answered);
  });

  it('keeps both up over hold, with music for who is held, and comes back', async () => {
    const media = await MediaStage.set({ ann: {} }, { campaign: { media: 'anchored' } });
    const [call] = await media.connect('ann');
    const buyerVoice = media.voice('ann');
    await buyerVoice.waitToHear(CALLER_HZ);
    expect((await call.hold()).status).toBe(200);
    await buyerVoice.waitUntil(() => !buyerVoice.hears(CALLER_HZ), 'the caller was on hold');
    expect((await call.resume()).status).toBe(200);
    await Promise.all([buyerVoice.waitToHear(CALLER_HZ), media.callerVoice.waitToHear(BUYER_HZ)]);
    await call.bye();
    await media.stage.onlyCdr();
  });
});

describe('a caller', () => {
  it('hears the greeting unanswered, then talks', async () => {
    const media = await MediaStage.set({ ann: {} });
    await media.campaign({ prompts: { greeting: await media.prompt(GREETING_HZ, 600) } });
    const call = media.call();
    await media.callerVoice.waitToHear(GREETING_HZ);
    expect(call.has('confirmed')).toBe(false);
    expect(media.stage.buyer('ann').calls).toEqual([]);
    await call.waitFor('confirmed');
    await media.callerVoice.waitToHear(BUYER_HZ);
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(media.stage.wire(media.stage.carrier).slice(0, 4)).toEqual(['→ INVITE', '← 100', '← 183', '← 200']);
    expect(cdr.ivrMs).toBeGreaterThanOrEqual(590);
    expect(cdr.answeredAt).toBe(cdr.connectedAt);
  });

  it('who enters a ZIP is routed by it, and is answered before', async () => {
    const media = await MediaStage.set({ ann: {}, bob: {} });
    const { product, ids } = media.stage;
    const area = async (zipPrefix: string) =>
      (await product.post('/areas', { name: zipPrefix, include: [{ zipPrefix }], exclude: [] })).id as string;
    await product.patch(`/routes/${ids.routeIds['ann']}`, { areaId: await area('100') });
    await product.patch(`/routes/${ids.routeIds['bob']}`, { areaId: await area('941') });
    const prompt = await media.prompt(ZIP_HZ, 400);
    const ask = { type: 'collect', prompt, as: 'zip', digits: 5, timeoutS: 5, attempts: 2 };
    const steps = { zip: { ...ask, next: 'go', onFail: 'go' }, go: { type: 'route' } };
    await media.campaign({ ivr: { start: 'zip', steps } });
    const call = media.call();
    await call.waitFor('confirmed');
    await media.callerVoice.waitToHear(ZIP_HZ);
    media.callerVoice.sendDigits('94107');
    const answered = await media.stage.buyer('bob').waitForCall();
    await answered.waitFor('confirmed');
    await media.voice('bob').waitToHear(CALLER_HZ);
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(cdr).toMatchObject({
      outcome: 'connected',
      location: { source: 'entered', zip: '94107', state: 'CA' },
      destinationId: ids.destinationIds['bob'],
    });
    expect(Date.parse(cdr.connectedAt!)).toBeGreaterThan(Date.parse(cdr.answeredAt!));
    expect(cdr.ivrMs).toBeGreaterThan(0);
    expect(media.stage.buyer('ann').calls).toEqual([]);
  });

  it('hears the campaign’s ringback while destinations ring', async () => {
    const media = await MediaStage.set({ ann: { ringMs: 1_200 } });
    await media.campaign({ prompts: { ringback: await media.prompt(RINGBACK_HZ, 300) } });
    const call = media.call();
    await media.callerVoice.waitToHear(RINGBACK_HZ);
    expect(call.has('confirmed')).toBe(false);
    await call.waitFor('confirmed');
    await media.callerVoice.waitToHear(BUYER_HZ);
    await call.bye();
    await media.stage.onlyCdr();
  });

  it('who gives up in the greeting leaves nothing behind', async () => {
    const media = await MediaStage.set({ ann: {} });
    await media.campaign({ prompts: { greeting: await media.prompt(GREETING_HZ, 5_000) } });
    const call = media.call();
    await media.callerVoice.waitToHear(GREETING_HZ);
    call.cancel();
    expect(await media.stage.onlyCdr()).toMatchObject({ outcome: 'abandoned', hangupBy: 'caller', attempts: [] });
  });
});

describe('a buyer', () => {
  it('hears the whisper alone, and talks from its end', async () => {
    const media = await MediaStage.set({ ann: {} });
    await media.destination('ann', { whisper: await media.prompt(WHISPER_HZ, 800) });
    const call = media.call();
    const buyerVoice = media.voice('ann');
    await buyerVoice.waitToHear(WHISPER_HZ);
    expect(call.has('confirmed')).toBe(false);
    expect(buyerVoice.hears(CALLER_HZ)).toBe(false);
    expect(media.callerVoice.hears(WHISPER_HZ)).toBe(false);
    await call.waitFor('confirmed');
    await Promise.all([media.callerVoice.waitToHear(BUYER_HZ), buyerVoice.waitToHear(CALLER_HZ)]);
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    const whisperMs = Date.parse(cdr.connectedAt!) - Date.parse(cdr.attempts[0]!.answeredAt!);
    expect(whisperMs).toBeGreaterThanOrEqual(790);
    expect(cdr.outcome).toBe('connected');
  });

  it('takes the call with a key: nothing is heard of the caller before, and nothing is billed before', async () => {
    const media = await MediaStage.set({ ann: {} });
    await media.destination('ann', { whisper: await media.prompt(WHISPER_HZ, 300), acceptDigit: '1' });
    const call = media.call();
    const buyerVoice = media.voice('ann');
    await buyerVoice.waitToHear(WHISPER_HZ);
    await buyerVoice.waitForQuiet();
    expect([call.has('confirmed'), buyerVoice.hears(CALLER_HZ)]).toEqual([false, false]);
    buyerVoice.sendDigits('1');
    await call.waitFor('confirmed');
    await buyerVoice.waitToHear(CALLER_HZ);
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(Date.parse(cdr.connectedAt!)).toBeGreaterThan(Date.parse(cdr.attempts[0]!.answeredAt!));
  });

  it('who presses nothing is hung up, and the next one gets the call', async () => {
    const media = await MediaStage.set({ ann: {}, bob: {} });
    const whisper = await media.prompt(WHISPER_HZ, 300);
    await media.destination('ann', { whisper, acceptDigit: '1', acceptTimeoutS: 2 });
    const call = media.call();
    const answered = await media.stage.buyer('bob').waitForCall();
    await answered.waitFor('confirmed');
    await call.waitFor('confirmed');
    await media.callerVoice.waitToHear(BUYER_HZ + 300);
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(cdr.attempts.map(({ reason }) => reason)).toEqual(['not-accepted', null]);
    expect(cdr).toMatchObject({ destinationId: media.stage.ids.destinationIds['bob'], outcome: 'connected' });
  });
});

describe('a recorded call', () => {
  it('has the caller left and the buyer right, and nothing of before', async () => {
    const media = await MediaStage.set({ ann: {} }, { campaign: { record: true } });
    await media.campaign({ prompts: { consent: await media.prompt(GREETING_HZ, 400) } });
    const [call] = await media.connect('ann');
    await Promise.all([media.callerVoice.waitToHear(BUYER_HZ), media.voice('ann').waitToHear(CALLER_HZ)]);
    await media.callerVoice.waitForPackets(media.callerVoice.reception.packets + 50);
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(cdr.recordingId).toBe(cdr.id.replace('call_', 'rec_'));
    const [left, right] = channelsOf(await media.recording(cdr.id));
    expect(toneIn(left!, CALLER_HZ)).toBeGreaterThan(0.8);
    expect(toneIn(right!, BUYER_HZ)).toBeGreaterThan(0.8);
    const [wrongLeft, wrongRight] = [toneIn(left!, BUYER_HZ), toneIn(right!, CALLER_HZ)];
    expect(Math.max(wrongLeft, wrongRight, toneIn(right!, GREETING_HZ))).toBeLessThan(0.05);
    expect(Math.abs((left!.length * 1_000) / 8_000 - cdr.talkMs)).toBeLessThan(500);
  });

  it('ends with the talk, though the buyer’s phone never answers our BYE', async () => {
    const media = await MediaStage.set({ ann: {} }, { campaign: { record: true } });
    const phone = media.stage.buyer('ann');
    phone.onCall = ignoresBye(phone.onCall);
    const [call] = await media.connect('ann');
    await media.callerVoice.waitToHear(BUYER_HZ);
    await call.bye();
    const [cdr] = await media.stage.product.waitForCdrs(1);
    const [left] = channelsOf(await media.recording(cdr!.id));
    expect(Math.abs((left!.length * 1_000) / 8_000 - cdr!.talkMs)).toBeLessThan(500);
  });

  it('is silent while it is paused, and gone once it is deleted', async () => {
    const media = await MediaStage.set({ ann: {} }, { campaign: { record: true } });
    const { product } = media.stage;
    const [call] = await media.connect('ann');
    await media.callerVoice.waitToHear(BUYER_HZ);
    const [live] = (await product.get('/live-calls')).data;
    expect(await product.post(`/live-calls/${live.id}/recording/pause`, {})).toMatchObject({ recording: 'paused' });
    await media.callerVoice.waitForPackets(media.callerVoice.reception.packets + 50);
    await call.bye();
    const { id } = await media.stage.onlyCdr();
    const [left] = channelsOf(await media.recording(id));
    expect(Math.max(...left!.slice(-4_000).map(Math.abs))).toBeLessThan(200);
    await product.api('DELETE', `/v1/calls/${id}/recording`);
    await expect(product.get(`/calls/${id}/recording`)).rejects.toMatchObject({ status: 404 });
  });
});

describe('after hours', () => {
  it('the caller hears why, unanswered, and is refused', async () => {
    const media = await MediaStage.set({ ann: {} });
    await closed(media);
    const promptId = await media.prompt(CLOSED_HZ, 500);
    await media.campaign({ afterHours: { action: 'hangup', promptId } });
    const call = media.call();
    await media.callerVoice.waitToHear(CLOSED_HZ);
    await call.waitFor('ended');
    expect(await media.stage.onlyCdr()).toMatchObject({ outcome: 'after-hours', sipStatus: 480, answeredAt: null });
  });

  it('the caller leaves a message', async () => {
    const media = await MediaStage.set({ ann: {} });
    await closed(media);
    const promptId = await media.prompt(CLOSED_HZ, 300);
    await media.campaign({ afterHours: { action: 'voicemail', promptId } });
    const call = media.call();
    await call.waitFor('confirmed');
    await media.callerVoice.waitToHear(CLOSED_HZ);
    await media.callerVoice.waitForQuiet(400);
    await media.waitUntilRecorded(800);
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(cdr).toMatchObject({ outcome: 'voicemail', talkMs: 0, buyerVerdict: { billable: false } });
    const [message] = channelsOf(await media.recording(cdr.id));
    expect(toneIn(message!, CALLER_HZ)).toBeGreaterThan(0.8);
  });

  it.each([
    [false, 'source-not-accepted'],
    [true, 'billable'],
  ])('the caller is sent on; that it is billed: %s', async (billable, reason) => {
    const media = await MediaStage.set({ ann: {} });
    await closed(media);
    const destinationId = media.stage.ids.destinationIds['ann'];
    await media.campaign({ afterHours: { action: 'forward', destinationId, billable } });
    const [call] = await media.connect('ann');
    await call.bye();
    const cdr = await media.stage.onlyCdr();
    expect(cdr).toMatchObject({ outcome: 'connected', routeId: null, destinationId });
    expect(cdr.buyerVerdict).toMatchObject({ billable, reason });
  });
});
