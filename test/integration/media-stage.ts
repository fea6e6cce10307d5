import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { IncomingCall } from '../support/phone/incoming-call.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { answers, staysSilent } from '../support/phone/behaviours.ts';
import type { RtpStream } from '../support/phone/rtp-stream.ts';
import { ADMIN_KEY, type Json } from '../support/rest-client.ts';
import { toneWav } from '../support/tone-wav.ts';
import { Stage, type BuyerPart, type Scene } from './stage.ts';

/** The voices on a stage with media: no two are alike, so that it is plain who hears whom. */
export const CALLER_HZ = 440;
export const BUYER_HZ = 1_000;

/** A stage whose parties speak, each with a tone of their own. */
export class MediaStage {
  readonly stage: Stage;
  readonly callerVoice: RtpStream;
  readonly #voices = new Map<string, RtpStream>();

  /** Sets a stage with buyers who answer, each with a voice: `BUYER_HZ` and 300 Hz more for each further one. */
  static async set(
    buyers: Readonly<Record<string, Omit<BuyerPart, 'acts'> & { readonly ringMs?: number }>>,
    scene: Omit<Scene, 'buyers'> = {},
  ): Promise<MediaStage> {
    const parts = Object.fromEntries(
      Object.entries(buyers).map(([name, { ringMs: _ringMs, ...part }]) => [name, { ...part, acts: staysSilent() }]),
    );
    const stage = await Stage.set({ ...scene, buyers: parts });
    const media = new MediaStage(stage, await stage.carrier.openAudio({ toneHz: CALLER_HZ }));
    for (const [index, [name, { ringMs = 0 }]] of Object.entries(buyers).entries()) {
      const voice = await stage.buyer(name).openAudio({ toneHz: BUYER_HZ + 300 * index });
      media.#voices.set(name, voice);
      stage.buyer(name).onCall = answers({ ringMs, audio: async () => Promise.resolve(voice) });
    }
    return media;
  }

  private constructor(stage: Stage, callerVoice: RtpStream) {
    this.stage = stage;
    this.callerVoice = callerVoice;
  }

  /** A buyer's voice and ear. */
  voice(name: string): RtpStream {
    const voice = this.#voices.get(name);
    if (!voice) throw new Error(`there is no buyer ${name} on this stage`);
    return voice;
  }

  /** Uploads a prompt that is one tone; resolves with its id. */
  async prompt(hz: number, durationMs: number): Promise<string> {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(toneWav(hz, durationMs))], { type: 'audio/wav' }), `${hz}.wav`);
    const response = await fetch(`http://${this.stage.product.http}/v1/prompts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      body: form,
    });
    if (response.status !== 201) throw new Error(`POST /v1/prompts → ${response.status} ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    return id;
  }

  /** Changes the campaign. */
  async campaign(changes: Json): Promise<void> {
    await this.stage.product.patch(`/campaigns/${this.stage.ids.campaignId}`, changes);
  }

  /** Changes a buyer's destination. */
  async destination(name: string, changes: Json): Promise<void> {
    await this.stage.product.patch(`/destinations/${this.stage.ids.destinationIds[name]}`, changes);
  }

  /** Calls with the caller's voice. */
  call(): OutgoingCall {
    return this.stage.call({ audio: this.callerVoice });
  }

  /** Calls, and resolves when both sides are on the line. */
  async connect(name: string): Promise<[OutgoingCall, IncomingCall]> {
    return this.stage.connect(name, { audio: this.callerVoice });
  }

  /** Resolves as soon as so much of the one call there is has been written to its file, mono. */
  async waitUntilRecorded(durationMs: number): Promise<void> {
    const folder = join(this.stage.product.dataDir, 'recordings');
    await this.callerVoice.waitUntil(() => {
      if (!existsSync(folder)) return false;
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wav'));
      return files.some((file) => statSync(join(folder, file)).size > durationMs * 16);
    }, `${durationMs} ms were recorded`);
  }

  /** The recording of a call, once it is there; and how long that took after its end was seen. */
  async recording(callId: string, withinMs = 5_000): Promise<Buffer> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const response = await fetch(`http://${this.stage.product.http}/v1/calls/${callId}/recording`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      });
      if (response.ok) return Buffer.from(await response.arrayBuffer());
      if (Date.now() > deadline) throw new Error(`no recording in ${withinMs} ms: ${await response.text()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
