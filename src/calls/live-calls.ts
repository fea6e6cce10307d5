import type { Attempt } from '../domain/call/attempt.ts';
import type { CallPhase, CallState, Conversation } from '../domain/call/call-state.ts';
import { phaseOf } from '../domain/call/call-state.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId, TrunkId } from '../domain/ids.ts';
import type { Ani, E164 } from '../domain/numbers/e164.ts';
import type { IsoInstant } from '../domain/time.ts';
import { toIso } from '../domain/time.ts';
import type { CallRegistry } from './call-registry.ts';

/** A call in progress as an operator sees it. */
export interface LiveCall {
  readonly id: CallId;
  readonly state: CallPhase;
  readonly did: E164 | null;
  readonly ani: Ani;
  readonly trunkId: TrunkId;
  readonly campaignId: CampaignId | null;
  readonly publisherId: PublisherId | null;
  /** Of the attempt that is connected, or else the latest being tried; null before any. */
  readonly buyerId: BuyerId | null;
  readonly destinationId: DestinationId | null;
  readonly routeId: RouteId | null;
  readonly receivedAt: IsoInstant;
  readonly connectedAt: IsoInstant | null;
}

/** The calls in progress, oldest first, those whose end is only being written left out. */
export function listLiveCalls(registry: CallRegistry): readonly LiveCall[] {
  return registry
    .list()
    .filter((session) => session.state.kind !== 'ended')
    .map((session) => describeLiveCall(session.state));
}

/** Ends a call as the system's doing; false where no such call is live. */
export function hangUpLiveCall(registry: CallRegistry, callId: string): boolean {
  const session = registry.get(callId);
  if (!session || session.state.kind === 'ending' || session.state.kind === 'ended') return false;
  session.end('operator');
  return true;
}

/** Pauses or resumes a recording; false where the call isn't being recorded, undefined where no such call is live. */
export async function pauseRecording(
  registry: CallRegistry,
  callId: string,
  paused: boolean,
): Promise<boolean | undefined> {
  return registry.get(callId)?.pauseRecording(paused);
}

/** What is told of a call as it stands. */
export function describeLiveCall(state: CallState): LiveCall {
  const { origin } = state.facts;
  const conversation = conversationOf(state);
  const target = tellingAttempt(state, conversation)?.target;
  return {
    id: origin.callId,
    state: phaseOf(state),
    did: origin.did,
    ani: origin.ani,
    trunkId: origin.trunkId,
    campaignId: origin.campaignId,
    publisherId: origin.publisherId,
    buyerId: target?.buyerId ?? null,
    destinationId: target?.destinationId ?? null,
    routeId: target?.routeId ?? null,
    receivedAt: toIso(origin.receivedAt.wall),
    connectedAt: conversation ? toIso(conversation.connectedAt.wall) : null,
  };
}

/** A call that is ending was connected none the less. */
function conversationOf(state: CallState): Conversation | null {
  switch (state.kind) {
    case 'answering':
    case 'connected':
      return state.conversation;
    case 'ending':
    case 'ended':
      return state.talk.kind === 'none' ? null : state.talk.conversation;
    default:
      return null;
  }
}

function tellingAttempt({ facts: { attempts } }: CallState, conversation: Conversation | null): Attempt | undefined {
  return attempts.find(({ attemptId }) => attemptId === conversation?.attemptId) ?? attempts.at(-1);
}
