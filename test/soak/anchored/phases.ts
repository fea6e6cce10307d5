import type { Scene } from './scenes.ts';

/** What a phase begins with, as the two phones see it. */
export type Moment =
  | 'placed'
  | 'callerRinging'
  | 'callerConfirmed'
  | 'zipEntered'
  | 'buyerRinging'
  | 'buyerAnswered'
  | 'buyerConfirmed'
  | 'keyPressed'
  | 'bothConfirmed'
  | 'onHold';

/** Where in its life a call is to be hung up. */
interface PhaseOfCall {
  readonly scenes: readonly [Scene, ...Scene[]];
  readonly begins: Moment;
  /** It is hung up at most so long after that. */
  readonly lastsMs: number;
}

export const PHASES = {
  opening: { scenes: ['announced', 'plain', 'asked', 'message'], begins: 'placed', lastsMs: 40 },
  greeting: { scenes: ['announced'], begins: 'callerRinging', lastsMs: 450 },
  questions: { scenes: ['asked'], begins: 'callerConfirmed', lastsMs: 900 },
  routing: { scenes: ['asked'], begins: 'zipEntered', lastsMs: 50 },
  ringing: { scenes: ['announced', 'asked', 'screened'], begins: 'buyerRinging', lastsMs: 250 },
  earlyMedia: { scenes: ['plain'], begins: 'buyerRinging', lastsMs: 300 },
  whisper: { scenes: ['screened'], begins: 'buyerConfirmed', lastsMs: 700 },
  accepting: { scenes: ['screened'], begins: 'keyPressed', lastsMs: 40 },
  connecting: { scenes: ['plain', 'announced'], begins: 'buyerAnswered', lastsMs: 40 },
  talk: { scenes: ['announced', 'asked', 'screened'], begins: 'bothConfirmed', lastsMs: 900 },
  hold: { scenes: ['announced', 'asked', 'plain'], begins: 'onHold', lastsMs: 150 },
  message: { scenes: ['message'], begins: 'callerConfirmed', lastsMs: 2_000 },
} as const satisfies Record<string, PhaseOfCall>;

export type Phase = keyof typeof PHASES;

export const PHASE_NAMES = Object.keys(PHASES) as Phase[];

/** Who ends it; nobody leaves a buyer to a question that runs out of time. */
type Ender = 'caller' | 'buyer' | 'both' | 'nobody';

/** What is to become of a call. */
export interface Fate {
  readonly phase: Phase;
  readonly scene: Scene;
  readonly endsAfterMs: number;
  readonly ender: Ender;
  /** Each side's voice; without one it is as silent as a dead line. */
  readonly voices: { readonly caller: boolean; readonly buyer: boolean };
  /** Keys come as INFO, or in the audio where there is any. */
  readonly keysInInfo: boolean;
  /** The caller's offer comes with the ACK. */
  readonly lateOffer: boolean;
  /** The caller describes its session anew as soon as it is answered. */
  readonly reinvites: boolean;
  /** The caller never ACKs: the call is Tollgate's to end. */
  readonly acks: boolean;
  /** So many digits of five are entered where the phase is the question itself. */
  readonly digits: number;
  readonly refusal: 486 | 503 | 480;
  readonly ringMs: number;
}

/** Draws the fate of the `n`th call: phases in turn, so that each has its share, and all else by chance. */
export function drawFate(n: number, random: () => number, shareWithoutAck: number): Fate {
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const phase = PHASE_NAMES[n % PHASE_NAMES.length] ?? 'opening';
  const { scenes, lastsMs } = PHASES[phase];
  const chance = random();
  const mayExpire = phase === 'whisper' && chance < 0.25;
  const ender = mayExpire ? 'nobody' : chance < 0.55 ? 'caller' : chance < 0.9 ? 'buyer' : 'both';
  return {
    phase,
    scene: scenes[upTo(scenes.length)] ?? scenes[0],
    endsAfterMs: upTo(lastsMs),
    ender,
    voices: { caller: random() < 0.5, buyer: random() < 0.5 },
    keysInInfo: random() < 0.5,
    lateOffer: random() < 0.1,
    reinvites: random() < 0.1,
    acks: phase !== 'talk' || random() >= shareWithoutAck * PHASE_NAMES.length,
    digits: upTo(5),
    refusal: ([486, 503, 480] as const)[upTo(3)] ?? 486,
    ringMs: upTo(60),
  };
}
