import type { AttemptId } from '../ids.ts';
import type { DialPolicy } from './admission-plan.ts';
import type { CallFacts } from './call-facts.ts';
import type { Moment } from './moment.ts';
import type { Termination } from './termination.ts';

/**
 * A call's life. Data stands only in the states where it is true.
 *
 *     admitting ──plan: dial──▶ dialing ◀──────────┐
 *         │                     │ │  └─all failed─▶ routing ──none left──┐
 *         │ plan: refuse        │ └──────2xx─────▶ answering             │
 *         │                     │                    │ caller's ACK      │
 *         │                     │                    ▼                   │
 *         │                     │                 connected              │
 *         │                     │ CANCEL             │ BYE, limit, fault │
 *         ▼                     ▼                    ▼                   ▼
 *       ending ◀─────────────────────────────────────────────────────────┘
 *         │ every leg is closed, or the ending limit passed
 *         ▼
 *       ended          any state may go to ending; ended is final and settles the call exactly once
 *
 * `admitting` covers the received and screening phases: one transaction screens, routes and reserves.
 */
export type CallState = Admitting | Dialing | Routing | Answering | Connected | Ending | Ended;

/** The store is screening, routing and reserving. Nothing above 100 has been sent. */
export interface Admitting {
  readonly kind: 'admitting';
  readonly facts: CallFacts;
}

/** How much the caller has been told of the attempts. */
export type CallerProgress = 'trying' | 'ringing' | 'early-media';

/** At least one attempt is pending. */
export interface Dialing {
  readonly kind: 'dialing';
  readonly facts: CallFacts;
  readonly policy: DialPolicy;
  readonly progress: CallerProgress;
}

/** All attempts so far have failed; the store is reserving the next. */
export interface Routing {
  readonly kind: 'routing';
  readonly facts: CallFacts;
  readonly policy: DialPolicy;
  readonly progress: CallerProgress;
}

/** What two parties who can talk have. */
export interface Conversation {
  readonly attemptId: AttemptId;
  /** The bLeg's 2xx: the two can talk from here. */
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
  /** Whether the caller's leg is still up. */
  readonly callerLeg: CallerLeg;
  /** When the end was decided: talk time stops here, not when the last leg is gone. */
  readonly endedAt: Moment;
}

/** `inviting` has no final response yet; `open` was answered; `closed` is over for both sides. */
export type CallerLeg = 'inviting' | 'open' | 'closed';

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
  'screening' | 'routing' | 'dialing' | 'ringing' | 'earlyMedia' | 'connected' | 'ending' | 'ended';

/** Names the state in the domain's words (docs and `/live-calls`). */
export function phaseOf(state: CallState): CallPhase {
  switch (state.kind) {
    case 'admitting':
      return 'screening';
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
