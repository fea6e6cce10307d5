import type { AudioSource } from '../audio-port.ts';
import { digitTone } from '../audio/digit-tones.ts';
import { DigitQueue, type DigitStep } from './digit-queue.ts';
import { EventSender } from './event-sender.ts';
import type { OutboundStream } from './outbound-stream.ts';
import { TICK_MS } from './pacer.ts';

/** Silence after a digit before the next one (Q.24 asks for 70 ms at the most). */
const GAP_MS = 80;
/** As many steps after the end of an event; two of them repeat its end. */
const GAP_STEPS = GAP_MS / TICK_MS;

/** What a step of a digit brings: an event's packet to be sent, a tone to be read on, or a pause. */
export type DigitSpeechStep =
  | { readonly kind: 'event'; readonly packet: Buffer }
  | { readonly kind: 'tone'; readonly source: AudioSource }
  | { readonly kind: 'pause' };

type Saying =
  | { readonly kind: 'event'; readonly sender: EventSender }
  | { readonly kind: 'tone'; readonly source: AudioSource }
  | { readonly kind: 'pause'; stepsLeft: number };

const PAUSE: DigitSpeechStep = { kind: 'pause' };

/** Says digits one after the other, a step at a time: as events (RFC 4733), or as tones where the peer takes none. */
export class DigitSpeech {
  readonly #stream: OutboundStream;
  readonly #queue = new DigitQueue();
  #saying: Saying | null = null;

  constructor(stream: OutboundStream) {
    this.#stream = stream;
  }

  /** Whether there is anything to say yet. */
  get isActive(): boolean {
    return this.#saying !== null || !this.#queue.isEmpty;
  }

  /** Adds a row of digits (see `DigitQueue.add`). */
  add(digits: string, durationMs: number): Promise<void> {
    return this.#queue.add(digits, durationMs);
  }

  clear(): void {
    this.#saying = null;
    this.#queue.clear();
  }

  /** Goes one step on; null where there is nothing to say. */
  step(eventType: number | null, dueMs: number): DigitSpeechStep | null {
    this.#saying ??= this.#begin(eventType, dueMs);
    const saying = this.#saying;
    if (saying === null || saying.kind === 'tone') return saying;
    if (saying.kind === 'pause') {
      saying.stepsLeft -= 1;
      if (saying.stepsLeft <= 0) this.#saying = null;
      return PAUSE;
    }
    const packet = saying.sender.next(this.#stream, dueMs);
    if (saying.sender.isOver) this.#saying = { kind: 'pause', stepsLeft: GAP_STEPS - 2 };
    return { kind: 'event', packet };
  }

  /** Says that the tone has been read to its end. */
  endTone(): void {
    this.#saying = null;
  }

  #begin(eventType: number | null, dueMs: number): Saying | null {
    const step: DigitStep | null = this.#queue.next();
    if (step === null) return null;
    if (step.kind === 'pause') return { kind: 'pause', stepsLeft: Math.ceil(step.durationMs / TICK_MS) };
    const { digit, durationMs } = step;
    if (eventType === null) return { kind: 'tone', source: digitTone(digit, durationMs, GAP_MS) };
    return { kind: 'event', sender: new EventSender(digit, durationMs, eventType, this.#stream.begin(dueMs)) };
  }
}
