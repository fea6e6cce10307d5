import type { AttemptId } from '../ids.ts';
import type { DialPolicy } from './admission-plan.ts';
import type { CallFacts } from './call-facts.ts';
import type { Moment } from './moment.ts';
import type { Program } from './program.ts';
import type { Termination } from './termination.ts';

/**
 * A call's life. Data stands only in the states where it is true.
 *
 *     admitting ──plan: dial──▶ dialing ◀──────────┐
 *       │ ▲ │                   │ │  └─all failed─▶ routing ──none left──┐
 *       │ │ │ plan: welcome,    │ └──────2xx─────▶ answering             │
 *       │ │ ▼ announce, message │     (skipped where │ caller's ACK      │
 *       │ attended              │      it is open)   ▼                   │
 *       │   │ said, message     │                 connected              │
 *       │   │ taken, gave up    │ CANCEL             │ BYE, limit, fault │
 *       ▼   ▼                   ▼                    ▼                   ▼
 *       ending ◀─────────────────────────────────────────────────────────┘
 *         │ every leg is closed, or the ending limit passed
 *         ▼
 *       ended          any state may go to ending; ended is final and settles the call exactly once
 *
 * `admitting` covers the received and screening phases: one transaction screens, routes and reserves. A caller who is
 * asked something first is screened by one transaction and, back from `attended` with the answers, routed by another.
 */
export type CallState = Admitting | Attended | Dialing | Routing | Answering | Connected | Ending | Ended;

/** How the caller's leg stands while there is nobody to talk to: with no final response yet, or answered and ACKed. */
export type WaitingCaller = 'inviting' | 'open';

/** The store is screening, routing and reserving. The first time nothing above 100 has been sent. */
export interface Admitting {
  readonly kind: 'admitting';
  readonly facts: CallFacts;
  readonly callerLeg: WaitingCaller;
}

/** The caller is with us alone: hears something, presses keys, or leaves a message. */
export interface Attended {
  readonly kind: 'attended';
  readonly facts: CallFacts;
  readonly program: Program;
  /** A media server is being found, or the caller's ACK is awaited, or the program runs. */
  readonly stage: 'opening' | 'answering' | 'under-way';
  readonly callerLeg: WaitingCaller;
}

/** How much the caller has been told of the attempts. */
export type CallerProgress = 'trying' | 'ringing' | 'early-media';

/** At least one attempt is pending. */
export interface Dialing {
  readonly kind: 'dialing';
  readonly facts: CallFacts;
  readonly policy: DialPolicy;
  readonly progress: CallerProgress;
  readonly callerLeg: WaitingCaller;
}

/** All attempts so far have failed; the store is reserving the next. */
export interface Routing {
  readonly kind: 'routing';
  readonly facts: CallFacts;
  readonly policy: DialPolicy;
  readonly progress: CallerProgress;
  readonly callerLeg: WaitingCaller;
}

/** What two parties who can talk have. */
export interface Conversation {
  readonly attemptId: AttemptId;
  /** The bLeg's 2xx, or where the buyer had to take the call, the moment they did: the two can talk from here. */
  readonly connectedAt: Moment;
}

/** The buyer has answered; the caller's 200 is out and its ACK is awaited. */
export interface Answering {
  readonly kind: 'answering';
  readonly facts: CallFacts;
  readonly policy: DialPolicy;
  readonly conversation: Conversation;
}

/** Both legs are up and the caller has ACKed. */
export interface Connected {
  readonly kind: 'connected';
  readonly facts: CallFacts;
  readonly conversation: Conversation;
  readonly ackedAt: Moment;
}

/** What became of the conversation, as far as a call got to one. */
export type Talk =
  | { readonly kind: 'none' }
  /** The caller's ACK has not come; without it nothing is billed. */
  | { readonly kind: 'unconfirmed'; readonly conversation: Conversation }
  | { readonly kind: 'confirmed'; readonly conversation: Conversation; readonly ackedAt: Moment };

/** Its end is decided; legs are being taken down and late answers cleaned up. */
export interface Ending {
  readonly kind: 'ending';
  readonly facts: CallFacts;
  readonly termination: Termination;
  readonly talk: Talk;
  readonly callerLeg: Exclude<CallerLeg, 'inviting'>;
  /** When the end was decided: talk time stops here, not when the last leg is gone. */
  readonly endedAt: Moment;
}

/**
 * How the caller's leg stands as its call ends. `inviting` has no final response yet; `answered` has our 200, and its ACK
 * is awaited: no BYE may overtake it (RFC 3261 §15); `open` was ACKed; `closed` is over for both sides.
 */
export type CallerLeg = 'inviting' | 'answered' | 'open' | 'closed';

/** Over, settled once. Only stray answers are still cleaned up. */
export interface Ended {
  readonly kind: 'ended';
  readonly facts: CallFacts;
  readonly termination: Termination;
  readonly talk: Talk;
  readonly endedAt: Moment;
}

/** The phase an operator sees of a live call. */
export type CallPhase =
  | 'screening'
  | 'ivr'
  | 'announcement'
  | 'voicemail'
  | 'routing'
  | 'dialing'
  | 'ringing'
  | 'earlyMedia'
  | 'connected'
  | 'ending'
  | 'ended';

const PHASE_OF_PROGRAM = { welcome: 'ivr', announcement: 'announcement', message: 'voicemail' } as const;

/** Names the state in the domain's words (docs and `/live-calls`). */
export function phaseOf(state: CallState): CallPhase {
  switch (state.kind) {
    case 'admitting':
      return state.facts.inquiry === null ? 'screening' : 'routing';
    case 'attended':
      return PHASE_OF_PROGRAM[state.program.kind];
    case 'routing':
      return 'routing';
    case 'dialing':
      return state.progress === 'trying' ? 'dialing' : state.progress === 'ringing' ? 'ringing' : 'earlyMedia';
    case 'answering':
    case 'connected':
      return 'connected';
    case 'ending':
      return 'ending';
    case 'ended':
      return 'ended';
  }
}
