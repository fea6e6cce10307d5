import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { startApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Cdr } from '../src/domain/call/cdr.ts';
import { answers, rejects } from '../test/support/phone/behaviours.ts';
import { channelsOf, toneIn } from '../test/support/tone-wav.ts';
import { Phone, type Behaviour } from '../test/support/phone/phone.ts';
import type { RtpStream } from '../test/support/phone/rtp-stream.ts';
import { LiveLadder } from './live-ladder.ts';
import { LEGAL_DID, MIN_TALK_S, provision, ROOFING_DID, SOLAR_DID } from './provision.ts';
import { describeCall, dollars } from './report.ts';
import { RestClient } from './rest-client.ts';

/** One call of the demo. */
interface Scene {
  readonly title: string;
  readonly did: string;
  readonly caller: string;
  /** How the first buyer's phone acts; the second always answers. */
  readonly bay: Behaviour;
  readonly gate?: Behaviour;
  /** How long the caller stays on the line; null where no one is expected to answer. */
  readonly talkMs: number | null;
}

const RING_MS = 400;
/** How much of the whisper the buyer listens to before the key. */
const WHISPER_HEARD_MS = 1_500;
const CALLER_TONE_HZ = 440;
const BUYER_TONE_HZ = 880;
const SETTLED_WITHIN_MS = 5_000;

const print = (line = ''): void => console.log(line);

async function main(): Promise<void> {
  const startedAt = Date.now();
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-demo-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const key = randomBytes(24).toString('hex');
  const loaded = loadConfig(
    {
      SIP_HOST: '127.0.0.1',
      SIP_PORT: '0',
      HTTP_PORT: '0',
      TOLLGATE_DATA_DIR: dataDir,
      TOLLGATE_ADMIN_KEY: key,
      LOG_LEVEL: 'silent',
      DRAIN_TIMEOUT_S: '0',
    },
    [],
  );
  if (!loaded.ok) throw new Error('the demo’s own settings are wrong');
  const app = await startApp(loaded.config, {
    onFatal: (error) => {
      throw error;
    },
  });
  stack.defer(() => app.shutDown());

  const ladder = new LiveLadder(['carrier', 'tollgate', 'Bay Roofers', 'Golden Gate'], print);
  ladder.name(app.sip, 'tollgate');
  const open = async (name: string): Promise<Phone> => {
    const phone = await Phone.open({ name, ladder });
    stack.defer(() => phone.close());
    ladder.name(phone.at, name);
    return phone;
  };
  const carrier = await open('carrier');
  const bay = await open('Bay Roofers');
  const gate = await open('Golden Gate');
  const voice = (phone: Phone) => (): Promise<RtpStream> => phone.openAudio({ toneHz: BUYER_TONE_HZ });
  const gateAnswers = answers({ ringMs: RING_MS, audio: voice(gate) });
  /** Answers, listens to the whisper, and takes the call with a key. */
  const gateTakesIt: Behaviour = async (call) => {
    const audio = await voice(gate)();
    await answers({ ringMs: RING_MS, audio: () => Promise.resolve(audio) })(call);
    call.when('confirmed', () => call.after(WHISPER_HEARD_MS, () => audio.sendDigits('1')));
  };
  const bayAnswers = answers({ ringMs: RING_MS, audio: voice(bay) });

  print(pc.bold('\nTollgate demo') + pc.dim('  real SIP and RTP on loopback, provisioned over REST'));
  print(pc.dim(`SIP ${app.sip}   API http://${app.http}/v1   a call is billable from ${MIN_TALK_S} s of talk\n`));
  const rest = new RestClient(app.http, key);
  const names = await provision(rest, {
    bay: `sip:bay@${bay.at}`,
    gate: `sip:gate@${gate.at}`,
  });

  const scenes: readonly Scene[] = [
    {
      title: 'A caller in San Francisco, answered and long enough',
      did: ROOFING_DID,
      caller: '+14155550123',
      bay: bayAnswers,
      talkMs: MIN_TALK_S * 1_000 + 300,
    },
    { title: 'Answered, but over too soon', did: ROOFING_DID, caller: '+15105550124', bay: bayAnswers, talkMs: 700 },
    { title: 'The law office is closed today', did: LEGAL_DID, caller: '+14155550125', bay: bayAnswers, talkMs: null },
    {
      title: 'A caller in New York, where no one serves',
      did: ROOFING_DID,
      caller: '+12125550126',
      bay: bayAnswers,
      talkMs: null,
    },
    {
      title: 'The first buyer is busy, the next one answers at its own price',
      did: ROOFING_DID,
      caller: '+16505550127',
      bay: rejects(486),
      talkMs: MIN_TALK_S * 1_000 + 300,
    },
    {
      title: 'Through the media server: the caller is told of the recording, the buyer hears a whisper and presses 1',
      did: SOLAR_DID,
      caller: '+14085550128',
      bay: bayAnswers,
      gate: gateTakesIt,
      talkMs: MIN_TALK_S * 1_000 + 300,
    },
  ];
  const cdrs: Cdr[] = [];
  for (const [index, scene] of scenes.entries()) {
    print(pc.bold(`${index + 1}. ${scene.title}`));
    ladder.begin();
    bay.onCall = scene.bay;
    gate.onCall = scene.gate ?? gateAnswers;
    const heard = await play(scene, carrier, app.sip);
    if (heard !== null) print(pc.dim(`         The caller heard ${heard}.`));
    const cdr = await settledCall(rest, index + 1);
    cdrs.push(cdr);
    for (const line of describeCall(cdr, names)) print(line);
    if (cdr.recordingId !== null) print(await describeRecording(rest, cdr));
    print();
  }
  const total = (pick: (cdr: Cdr) => number | undefined): number =>
    cdrs.reduce((sum, cdr) => sum + (pick(cdr) ?? 0), 0);
  const owed = total((cdr) => cdr.buyerVerdict?.amountMicros);
  const earned = total((cdr) => cdr.publisherVerdict?.amountMicros);
  print(
    `${cdrs.length} calls, buyers owe ${pc.green(dollars(owed))}, the publisher earns ${pc.green(dollars(earned))}; ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`,
  );
}

/** Places one call and plays it to its end. Says what the caller heard, or null where no one answered. */
async function play(scene: Scene, carrier: Phone, sip: string): Promise<string | null> {
  const audio = await carrier.openAudio({ toneHz: CALLER_TONE_HZ });
  const call = carrier.call({ to: `sip:${scene.did}@${sip}`, from: `sip:${scene.caller}@${carrier.at}`, audio });
  if (scene.talkMs === null) {
    await call.waitFor('failed');
    return null;
  }
  await call.waitFor('confirmed');
  await new Promise((resolve) => setTimeout(resolve, scene.talkMs ?? 0));
  const { reception } = audio;
  const tone = reception.hears(BUYER_TONE_HZ, performance.now()) ? `the buyer's ${BUYER_TONE_HZ} Hz tone` : 'silence';
  const heard = `${tone} in ${reception.packets} RTP packets, ${reception.lost} lost`;
  await call.bye();
  return heard;
}

/** The newest CDR, once there are `count` and it is settled. */
async function settledCall(rest: RestClient, count: number): Promise<Cdr> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { data } = await rest.get<{ data: Cdr[] }>('/calls');
    const [newest] = data;
    if (newest && data.length === count && newest.endedAt !== null) return newest;
    if (Date.now() > deadline) throw new Error(`the CDR of call ${count} was not settled in time`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What is on a call's recording, once its file is complete. */
async function describeRecording(rest: RestClient, { id }: Cdr): Promise<string> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const wav = await rest.download(`/calls/${id}/recording`);
    if (wav !== null) {
      const [left, right] = channelsOf(wav);
      const share = (samples: Int16Array | undefined, hz: number): string =>
        `${Math.round(100 * toneIn(samples ?? new Int16Array(), hz))} %`;
      const seconds = ((left?.length ?? 0) / 8_000).toFixed(1);
      return `         Recorded ${seconds} s in stereo: left ${share(left, CALLER_TONE_HZ)} the caller's tone, right ${share(right, BUYER_TONE_HZ)} the buyer's`;
    }
    if (Date.now() > deadline) throw new Error(`the recording of ${id} was not complete in time`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

await main();
