import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { draftCdr } from '../../test/support/sample-call.ts';
import { newFacts, type CallOrigin } from '../domain/call/call-facts.ts';
import type { CallState } from '../domain/call/call-state.ts';
import type { CallId } from '../domain/ids.ts';
import { CallFeed, type FeedEvent } from './call-feed.ts';

const ID = 'call_1' as CallId;
const clock = new ManualClock();
const facts = newFacts({ callId: ID, receivedAt: clock.now() } as CallOrigin);
const screening = { kind: 'admitting', facts, callerLeg: 'inviting' } as CallState;
const dialing = (progress: string): CallState => ({ kind: 'dialing', facts, progress }) as unknown as CallState;
const talking = (kind: 'answering' | 'connected'): CallState =>
  ({ kind, facts, conversation: { attemptId: 'a', connectedAt: clock.now() } }) as unknown as CallState;
const over = (kind: 'ending' | 'ended'): CallState =>
  ({ kind, facts, talk: { kind: 'confirmed', conversation: { attemptId: 'a', connectedAt: clock.now() } } }) as never;

function stage() {
  const time = new ManualClock();
  const feed = new CallFeed({ clock: time, stateOf: () => screening });
  const told = (): FeedEvent[] => {
    const events: FeedEvent[] = [];
    for (let next = feed.ring.after(0); next; next = feed.ring.after(next.seq)) events.push(next.event);
    return events;
  };
  const ofCalls = (): string[] =>
    told().flatMap((event) =>
      event.type === 'counters' ? [] : ['state' in event.call ? `${event.type} ${event.call.state}` : event.type],
    );
  const counts = (): object[] => told().flatMap((event) => (event.type === 'counters' ? [event.counters] : []));
  return { time, feed, ofCalls, counts };
}

describe('The feed', () => {
  it('tells each phase of a call once, from its INVITE to its record', () => {
    const { feed, ofCalls } = stage();
    feed.callReceived(ID);
    const states = [dialing('trying'), dialing('ringing'), talking('answering'), talking('connected')];
    for (const state of [...states, over('ending'), over('ended')]) feed.callMoved(ID, state);
    feed.callSettled(draftCdr(ID));
    expect(ofCalls()).toEqual([
      'call.received screening',
      'call.moved dialing',
      'call.moved ringing',
      'call.connected connected',
      'call.moved ending',
      'call.ended ended',
      'call.settled',
    ]);
  });

  it('says of a call that is over since when it was connected', () => {
    const { feed } = stage();
    feed.callMoved(ID, over('ended'));
    expect(feed.ring.after(0)?.event).toMatchObject({ call: { connectedAt: '2026-11-21T15:00:00.000Z' } });
  });

  it('counts at once, then once a second at most, and only where something changed', () => {
    const { feed, time, counts } = stage();
    feed.callReceived(ID);
    feed.callMoved(ID, dialing('trying'));
    feed.callReceived('call_2' as CallId);
    expect(counts()).toEqual([{ calls: 1, byState: { screening: 1 } }]);
    time.advance(1_000);
    expect(counts().slice(1)).toEqual([{ calls: 2, byState: { screening: 1, dialing: 1 } }]);
    feed.callMoved(ID, over('ended'));
    feed.callMoved('call_2' as CallId, over('ended'));
    time.advance(999);
    expect(counts()).toHaveLength(2);
    time.advance(1);
    expect(counts().slice(2)).toEqual([{ calls: 0, byState: {} }]);
    time.advance(60_000);
    expect(counts()).toHaveLength(3);
  });
});
