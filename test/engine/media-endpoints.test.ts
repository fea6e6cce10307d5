import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pcm16, wavFile } from '../support/audio-samples.ts';
import { readSdp, writeSdp } from '../support/phone/sdp.ts';
import { secondOfTone } from '../support/phone/tone.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { EslEvent } from './fsmrf.ts';
import { describeMedia, next } from './media-bench.ts';

const LONG_TONE = 'tone_stream://%(10000,0,440)';

describeMedia('an endpoint', (bench) => {
  it('answers an offer with one of its codecs, keys as events, and where its audio goes', async () => {
    const { endpoint, phone } = await bench.line();
    const local = readSdp(endpoint.local.sdp);
    expect(local).toMatchObject({ codecs: ['PCMU'], digitsType: 101, direction: 'sendrecv' });
    expect(endpoint.local).toMatchObject({ mediaIp: local.host, mediaPort: String(local.port) });
    expect(endpoint.remote).toMatchObject({ mediaIp: phone.address.host, mediaPort: String(phone.address.port) });
    expect(readSdp(endpoint.remote.sdp).port).toBe(phone.address.port);
    expect(endpoint.dtmfType).toBe('rfc2833');
  });

  it('offers where it gets no offer, and is heard once it is told where', async () => {
    const endpoint = await bench.endpoint();
    expect(readSdp(endpoint.local.sdp).codecs).toEqual(['PCMU', 'PCMA']);
    const phone = await bench.phone();
    const offer = phone.offer();
    phone.follow(offer, readSdp(await endpoint.modify(writeSdp(offer))));
    expect(endpoint.remote.mediaPort).toBe(String(phone.address.port));
    const played = endpoint.play(LONG_TONE);
    await phone.waitToHear(440);
    await bench.server.api(`uuid_break ${endpoint.uuid}`);
    await played;
  });

  it('plays on to another port when it is modified', async () => {
    const { endpoint, phone, renegotiate } = await bench.line();
    const played = endpoint.play(LONG_TONE);
    await phone.waitToHear(440);
    const elsewhere = await bench.phone();
    await renegotiate({ phone: elsewhere });
    await elsewhere.waitToHear(440);
    await phone.waitForQuiet();
    await bench.server.api(`uuid_break ${endpoint.uuid}`);
    await played;
  });

  it('carries headers of the INVITE to its variables', async () => {
    const { endpoint } = await bench.line(null, { 'X-Call': 'call_1' });
    const variables = await endpoint.getChannelVariables(true);
    expect(variables).toMatchObject({ 'variable_sip_h_X-Call': 'call_1', 'Unique-ID': endpoint.uuid });
    expect(variables['variable_rtp_audio_in_packet_count']).toBeTypeOf('number');
  });

  it('plays a tone, and says for how long', async () => {
    const { endpoint, phone } = await bench.line();
    const playing = endpoint.play('tone_stream://%(400,0,440)');
    await phone.waitToHear(440);
    expect(await playing).toMatchObject({ playbackMilliseconds: '400' });
  });

  it('plays a WAV file', async () => {
    const file = join(temporaryFolder(), 'tone.wav');
    writeFileSync(file, wavFile(pcm16(secondOfTone(700)), {}));
    const { endpoint, phone } = await bench.line();
    const playing = endpoint.play(file);
    await phone.waitToHear(700);
    expect(await playing).toMatchObject({ playbackMilliseconds: '1000' });
  });

  it('plays several files one after the other, and tells of each', async () => {
    const { endpoint, phone } = await bench.line();
    const told: string[] = [];
    for (const name of ['playback-start', 'playback-stop'])
      endpoint.on(name, ({ file }: { file: string }) => told.push(`${name} ${file}`));
    const [one, other] = ['tone_stream://%(300,0,440)', 'tone_stream://%(300,0,620)'];
    const playing = endpoint.play([one, other]);
    await phone.waitToHear(440);
    await phone.waitToHear(620);
    await playing;
    expect(told).toEqual([one, other].flatMap((file) => [`playback-start ${file}`, `playback-stop ${file}`]));
  });

  it('refuses a file that is not there, and plays on', async () => {
    const { endpoint } = await bench.line();
    await expect(endpoint.play('/nowhere/nothing.wav')).rejects.toThrow('File Not Found');
    await endpoint.play('silence_stream://40');
  });

  it('stops what plays when it is told to', async () => {
    const { endpoint, phone } = await bench.line();
    const playing = endpoint.play(LONG_TONE);
    await phone.waitToHear(440);
    expect(await bench.server.api(`uuid_break ${endpoint.uuid}`)).toMatch(/^\+OK/);
    await playing;
    await phone.waitForQuiet();
  });

  it('takes a variable at once while it plays', async () => {
    const { endpoint, phone } = await bench.line();
    const playing = endpoint.play(LONG_TONE);
    await phone.waitToHear(440);
    await endpoint.set({ colour: 'green' });
    expect(await bench.server.api(`uuid_getvar ${endpoint.uuid} colour`)).toBe('green');
    await bench.server.api(`uuid_break ${endpoint.uuid}`);
    await playing;
  });

  it('plays what comes next at once, and goes on with the other after it', async () => {
    const { endpoint, phone } = await bench.line();
    const long = endpoint.play(LONG_TONE);
    await phone.waitToHear(440);
    await endpoint.play('tone_stream://%(400,0,620)');
    await phone.waitToHear(440);
    await bench.server.api(`uuid_break ${endpoint.uuid}`);
    await long;
  });

  it('tells of digits, with their length', async () => {
    const { endpoint, phone } = await bench.line();
    const digit = next(endpoint, 'dtmf');
    phone.sendDigits('7');
    expect(await digit).toMatchObject({ dtmf: '7', duration: '800', source: 'RTP' });
  });

  it('takes digits that came another way', async () => {
    const { endpoint } = await bench.line();
    const collecting = endpoint.playCollect({ file: LONG_TONE, min: 2, max: 2, timeout: 2000, digitTimeout: 2000 });
    await next(endpoint, 'playback-start');
    await bench.server.api(`uuid_recv_dtmf ${endpoint.uuid} 56`);
    expect(await collecting).toMatchObject({ digits: '56' });
  });

  it('collects digits that cut the prompt short, up to the terminator', async () => {
    const { endpoint, phone } = await bench.line();
    const collecting = endpoint.playCollect({ file: LONG_TONE, min: 1, max: 5, timeout: 2000, digitTimeout: 2000 });
    await phone.waitToHear(440);
    phone.sendDigits('12#');
    expect(await collecting).toMatchObject({ digits: '12', terminatorUsed: '#' });
    await phone.waitForQuiet();
  });

  it('collects as many digits as there may be, and then no more', async () => {
    const { endpoint, phone } = await bench.line();
    const collecting = endpoint.playCollect({ file: LONG_TONE, min: 1, max: 2, timeout: 2000, digitTimeout: 5000 });
    await phone.waitToHear(440);
    phone.sendDigits('345');
    expect(await collecting).toMatchObject({ digits: '34' });
  });

  it('asks again where the digits are none of those wanted', async () => {
    const { endpoint, phone } = await bench.line();
    const file = 'tone_stream://%(300,0,440)';
    const wanted = { file, min: 1, max: 1, tries: 2, regexp: '^9$', timeout: 2000, digitTimeout: 500 };
    const collecting = endpoint.playCollect(wanted);
    await phone.waitToHear(440);
    phone.sendDigits('1');
    await phone.waitForQuiet(100);
    await phone.waitToHear(440);
    phone.sendDigits('9');
    expect(await collecting).toMatchObject({ digits: '9', invalidDigits: '1' });
  });

  it('gives up on who types nothing', async () => {
    const { endpoint } = await bench.line();
    const wanted = { file: 'silence_stream://60', min: 1, max: 1, timeout: 200, digitTimeout: 200 };
    expect(await endpoint.playCollect(wanted)).toMatchObject({ digits: null });
  });

  it('stops a prompt at a digit that ends playbacks', async () => {
    const { endpoint, phone } = await bench.line();
    await endpoint.set({ playback_terminators: '#' });
    const playing = endpoint.execute('playback', LONG_TONE);
    await phone.waitToHear(440);
    phone.sendDigits('1#');
    const ended = await playing;
    expect(ended.getHeader('variable_playback_terminator_used')).toBe('#');
    expect(ended.getHeader('Application-Response')).toBe('FILE PLAYED');
  });

  it('sends digits to the phone', async () => {
    const { endpoint, phone } = await bench.line();
    await bench.server.api(`uuid_send_dtmf ${endpoint.uuid} 42#@100`);
    await phone.waitForDigits('42#');
  });

  it('settles what plays when the call ends, and says that it has', async () => {
    const { endpoint, phone } = await bench.line();
    const gone = next(endpoint, 'destroy');
    const playing = endpoint.play(LONG_TONE);
    await phone.waitToHear(440);
    await endpoint.dialog.destroy();
    expect(await gone).toMatchObject({ reason: 'NORMAL_CLEARING' });
    await playing;
  });

  it('hangs up with the cause it is given', async () => {
    const { endpoint } = await bench.line();
    const gone = next(endpoint, 'destroy');
    const bye = next<{ get(name: string): string }>(endpoint.dialog, 'destroy');
    await bench.server.api(`uuid_kill ${endpoint.uuid} USER_BUSY`);
    await gone;
    expect((await bye).get('Reason')).toBe('Q.850;cause=17;text="USER_BUSY"');
  });

  it('hangs up when nothing is heard for longer than it may be', async () => {
    const { endpoint, phone, renegotiate } = await bench.line();
    await endpoint.set({ media_timeout: '600' });
    await renegotiate({});
    const gone = next(endpoint, 'destroy');
    const bye = next<{ get(name: string): string }>(endpoint.dialog, 'destroy');
    phone.follow(phone.offer('recvonly'), readSdp(endpoint.local.sdp));
    expect(await gone).toMatchObject({ reason: 'MEDIA_TIMEOUT' });
    expect((await bye).get('Reason')).toBe('SIP;cause=804;text="MEDIA_TIMEOUT"');
  });

  it('is gone once it is destroyed', async () => {
    const { endpoint } = await bench.line();
    const { uuid } = endpoint;
    expect(await bench.server.api(`uuid_exists ${uuid}`)).toBe('true');
    await endpoint.destroy();
    await expect.poll(() => bench.server.api(`uuid_exists ${uuid}`)).toBe('false');
  });

  it('takes down a call whose application has closed its connection', async () => {
    const { endpoint } = await bench.line();
    const gone = next(endpoint, 'destroy');
    const bye = next(endpoint.dialog, 'destroy');
    endpoint.conn.disconnect();
    await Promise.all([gone, bye]);
  });

  it('stays connected a while after the call where it is asked to, to tell all of its end', async () => {
    const { endpoint } = await bench.line();
    endpoint.conn.subscribe('CHANNEL_HANGUP_COMPLETE');
    await new Promise<EslEvent>((resolve) => endpoint.conn.sendRecv('linger 1', resolve));
    const complete = next<EslEvent>(endpoint.conn, `esl::event::CHANNEL_HANGUP_COMPLETE::${endpoint.uuid}`);
    await endpoint.dialog.destroy();
    expect((await complete).getHeader('Hangup-Cause')).toBe('NORMAL_CLEARING');
  });

  it('refuses an offer of nothing it can speak', async () => {
    const g729 = writeSdp((await bench.phone()).offer())
      .replace('RTP/AVP 0 101', 'RTP/AVP 18')
      .replace(/a=rtpmap.*\r\n/g, '');
    await expect(bench.server.createEndpoint({ remoteSdp: g729 })).rejects.toMatchObject({ status: 488 });
  });
});
