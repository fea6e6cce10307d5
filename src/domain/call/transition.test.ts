import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, someDecision, somePolicy, someTarget } from '../../../test/support/call-builders.ts';
import { CallDrive, types } from '../../../test/support/call-drive.ts';
import type { AttemptId } from '../ids.ts';
import type { PromptId, RecordingId } from '../ids.ts';
import type { AdmissionPlan } from './admission-plan.ts';
import type { CallEffect } from './call-effect.ts';
import type { CallEvent } from './call-event.ts';

const first = 'call_1.1' as AttemptId;
const second = 'call_1.2' as AttemptId;
const sdp = 'v=0';

describe('a call that is answered', () => {
  it('starts its clock at the buyer’s 2xx and stops it at the BYE, ring time apart', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptProgress', attemptId: first, status: 180, sdp: null }, 2_000);
    const answered = call.on({ type: 'attemptAnswered', attemptId: first, sdp }, 7_000);
    expect(types(answered)).toContain('answerCaller');
    call.on({ type: 'callerAcked' }, 30);
    call.on({ type: 'callerHungUp', cause: null }, 61_234);
    expect(call.state.kind).toBe('ending');
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 5);
    expect(call.settled()).toMatchObject({
      outcome: 'connected',
      hangupBy: 'caller',
      talkMs: 30 + 61_234,
      ringMs: 7_000,
      pddMs: 2_000,
      setupMs: 1_000,
    });
  });

  it.each([
    ['it was last heard of', { heardAt: at(40_000), unseenMs: null }, 40_000],
    ['it was connected, where it was never heard of since', { heardAt: null, unseenMs: null }, 1_000],
    ['its last refresh can have been', { heardAt: at(5_000), unseenMs: 20_000 }, 81_030],
    ['it was heard of after that', { heardAt: at(95_000), unseenMs: 20_000 }, 95_000],
  ])('ends, where its destination is gone without a word, when %s', (_when, known, endMs) => {
    const call = new CallDrive();
    call.admit([someTarget('a')], { maxCallS: 3_600 });
    call.on({ type: 'attemptAnswered', attemptId: first, sdp }, 0);
    call.on({ type: 'callerAcked' }, 30);
    const effects = call.on({ type: 'attemptVanished', attemptId: first, cause: 'session-expired', ...known }, 100_000);
    expect(effects).toContainEqual({ type: 'hangUpCaller', cause: 'session-expired' });
    call.on({ type: 'callerLegClosed' }, 5);
    expect(call.settled()).toMatchObject({
      outcome: 'connected',
      hangupBy: 'system',
      hangupCause: 'session-expired',
      talkMs: endMs - 1_000,
    });
    expect(call.settled().attempts[0]?.endedAt).toBe(call.settled().endedAt);
  });

  it('ends, where its caller is gone without a word, when it was last heard of', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')], { maxCallS: 3_600 });
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    call.on({ type: 'callerAcked' });
    const vanished = { type: 'callerVanished', cause: 'session-expired', heardAt: at(13_000), unseenMs: null } as const;
    const effects = call.on(vanished, 500_000);
    expect(effects).toContainEqual({ type: 'hangUpAttempt', attemptId: first, cause: 'session-expired' });
    expect(types(effects)).not.toContain('hangUpCaller');
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 5);
    expect(call.settled()).toMatchObject({ hangupBy: 'system', talkMs: 11_000 });
  });

  it('was none where the SIP server gives up on the caller’s ACK before we do', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    call.on({ type: 'callerVanished', cause: 'session-expired', heardAt: null, unseenMs: null }, 31_990);
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 5);
    expect(call.settled()).toMatchObject({ outcome: 'failed', hangupCause: 'caller-never-acked', talkMs: 0 });
  });

  it('is not billable talk where the caller never ACKs our 200', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    const effects = call.on({ type: 'timerFired', timer: { kind: 'ack' } }, 32_000);
    expect(types(effects)).toEqual(expect.arrayContaining(['hangUpAttempt', 'hangUpCaller']));
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null });
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ outcome: 'failed', connectedAt: null, talkMs: 0 });
  });

  it('waits for the ACK’s own deadline where the buyer hangs up before it', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    const hungUp = call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 400);
    // A BYE may not overtake the ACK (RFC 3261 §15).
    expect(types(hungUp)).not.toContain('hangUpCaller');
    call.on({ type: 'timerFired', timer: { kind: 'ending' } }, 4_000);
    expect(call.state.kind).toBe('ending');
    expect(types(call.on({ type: 'callerAcked' }, 100))).toContain('hangUpCaller');
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ outcome: 'connected', talkMs: 400, hangupBy: 'buyer' });
  });

  it('is hung up and not billed where that deadline passes after the buyer hung up', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 400);
    expect(types(call.on({ type: 'timerFired', timer: { kind: 'ack' } }, 31_600))).toEqual(['hangUpCaller', 'settle']);
    expect(call.settled()).toMatchObject({ outcome: 'failed', connectedAt: null, talkMs: 0 });
  });

  it('takes a BYE as proof that the caller had our 200', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    call.on({ type: 'callerHungUp', cause: null }, 5_000);
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null });
    expect(call.settled()).toMatchObject({ outcome: 'connected', talkMs: 5_000 });
  });

  it('is settled once where both sides hang up together', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    call.on({ type: 'callerAcked' });
    call.on({ type: 'callerHungUp', cause: null });
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 0);
    call.on({ type: 'callerHungUp', cause: null });
    call.on({ type: 'callerLegClosed' });
    expect(call.settled().hangupBy).toBe('caller');
  });

  it('ends at the campaign’s longest call', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')], { maxCallS: 60 });
    call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    const acked = call.on({ type: 'callerAcked' }, 500);
    expect(acked).toContainEqual({ type: 'startTimer', timer: { kind: 'max-call' }, delayMs: 59_500 });
    call.on({ type: 'timerFired', timer: { kind: 'max-call' } }, 59_500);
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null });
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ hangupBy: 'system', hangupCause: 'max-call', talkMs: 60_000 });
  });
});

describe('a call whose destination fails', () => {
  it('goes to the next route after busy, and is billed on that route’s attempt', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    const failed = call.on({ type: 'attemptFailed', attemptId: first, sipStatus: 486, cause: null });
    expect(failed).toContainEqual({ type: 'reserveNext', release: ['res_a'] });
    call.on({ type: 'reserved', targets: [someTarget('b')] });
    call.on({ type: 'attemptAnswered', attemptId: second, sdp });
    call.on({ type: 'callerAcked' });
    call.on({ type: 'attemptHungUp', attemptId: second, cause: null });
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ outcome: 'connected', routeId: 'rte_b', destinationId: 'dst_b' });
  });

  it('tries the destination’s next gateway first where the network failed', () => {
    const call = new CallDrive();
    call.admit([someTarget('a', 2)]);
    const failed = call.on({ type: 'attemptFailed', attemptId: first, sipStatus: 503, cause: null });
    expect(failed.find((effect) => effect.type === 'dial')?.attempt).toMatchObject({ seq: 2, addressIndex: 1 });
    expect(types(failed)).not.toContain('reserveNext');
  });

  it('never calls a callee who declined at another gateway', () => {
    const call = new CallDrive();
    call.admit([someTarget('a', 2)]);
    expect(types(call.on({ type: 'attemptFailed', attemptId: first, sipStatus: 603, cause: null }))).toContain(
      'reserveNext',
    );
  });

  it('cancels one that rings too long and goes on without waiting for it', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'attemptProgress', attemptId: first, status: 180, sdp: null });
    const timedOut = call.on({ type: 'timerFired', timer: { kind: 'ring', attemptId: first } }, 25_000);
    expect(types(timedOut)).toEqual(['cancelAttempt', 'reserveNext']);
    call.on({ type: 'reserved', targets: [someTarget('b')] });
    // The 2xx that crossed our CANCEL: ACKed and BYEd, and the call rings on.
    const late = call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    expect(late).toEqual([{ type: 'hangUpAttempt', attemptId: first, cause: 'answered-too-late' }]);
    expect(call.state.kind).toBe('dialing');
  });

  it('tells the caller 486 only where every destination was busy', () => {
    const busy = new CallDrive();
    busy.admit([someTarget('a')]);
    busy.on({ type: 'attemptFailed', attemptId: first, sipStatus: 486, cause: null });
    expect(busy.on({ type: 'reserved', targets: [] })).toContainEqual(
      expect.objectContaining({ type: 'rejectCaller', status: 486 }),
    );
    const mixed = new CallDrive();
    mixed.admit([someTarget('a')]);
    mixed.on({ type: 'attemptFailed', attemptId: first, sipStatus: 486, cause: null });
    mixed.on({ type: 'reserved', targets: [someTarget('b')] });
    mixed.on({ type: 'attemptFailed', attemptId: second, sipStatus: 503, cause: null });
    expect(mixed.on({ type: 'reserved', targets: [] })).toContainEqual(
      expect.objectContaining({ type: 'rejectCaller', status: 480 }),
    );
  });

  it('tells the caller why the last destination refused, where it said so', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    const cause = 'Q.850;cause=17;text="User busy"';
    call.on({ type: 'attemptFailed', attemptId: first, sipStatus: 486, cause });
    const effects = call.on({ type: 'reserved', targets: [] });
    expect(effects).toContainEqual({ type: 'rejectCaller', status: 486, cause });
    expect(call.settled()).toMatchObject({ outcome: 'busy', hangupCause: cause });
  });

  it('stops dialling at maxAttempts', () => {
    const call = new CallDrive();
    call.admit([someTarget('a', 3)], { maxAttempts: 2 });
    call.on({ type: 'attemptFailed', attemptId: first, sipStatus: 503, cause: null });
    const last = call.on({ type: 'attemptFailed', attemptId: second, sipStatus: 503, cause: null });
    expect(types(last)).toEqual(expect.arrayContaining(['rejectCaller', 'settle']));
  });

  it('gives up when the setup budget is spent', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    const spent = call.on({ type: 'timerFired', timer: { kind: 'setup-budget' } }, 90_000);
    expect(types(spent)).toEqual(expect.arrayContaining(['cancelAttempt', 'rejectCaller']));
    call.on({ type: 'attemptFailed', attemptId: first, sipStatus: 487, cause: null });
    expect(call.settled()).toMatchObject({ outcome: 'no-answer', sipStatus: 480 });
  });
});

describe('a caller who gives up', () => {
  it('stops the ringing, and the 2xx that crosses the CANCEL is hung up and not billed', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    expect(types(call.on({ type: 'callerCancelled', cause: null }))).toContain('cancelAttempt');
    const crossed = call.on({ type: 'attemptAnswered', attemptId: first, sdp });
    expect(types(crossed)).toEqual(['hangUpAttempt', 'settle']);
    expect(call.settled()).toMatchObject({ outcome: 'abandoned', connectedAt: null, talkMs: 0, hangupBy: 'caller' });
    expect(call.settled().attempts[0]).toMatchObject({ sipStatus: 200, reason: 'answered-too-late' });
  });

  it('leaves no ghost where an answer comes even after the CDR is written', () => {
    const call = new CallDrive();
    call.admit([someTarget('a')]);
    call.on({ type: 'callerCancelled', cause: null });
    call.on({ type: 'timerFired', timer: { kind: 'ending' } }, 4_000);
    expect(call.state.kind).toBe('ended');
    expect(types(call.on({ type: 'attemptAnswered', attemptId: first, sdp }))).toEqual(['hangUpAttempt']);
  });

  it('before admission is done ends the call, whatever the store says later', () => {
    const call = new CallDrive();
    call.on({ type: 'callerCancelled', cause: null });
    expect(call.admit([someTarget('a')])).toEqual([]);
    expect(call.settled()).toMatchObject({ outcome: 'abandoned', attempts: [] });
  });
});

describe('destinations that ring together', () => {
  it('are told that the call was completed elsewhere when one answers', () => {
    const call = new CallDrive();
    call.admit([someTarget('a'), someTarget('b')], { simultaneous: true });
    const won = call.on({ type: 'attemptAnswered', attemptId: second, sdp });
    expect(won).toContainEqual({ type: 'cancelAttempt', attemptId: first, reason: 'answered-elsewhere' });
    const loser = call.on({ type: 'attemptAnswered', attemptId: first, sdp }, 1);
    expect(types(loser)).toEqual(['hangUpAttempt']);
    expect(call.state.kind).toBe('answering');
  });

  it('let the caller hear ringing, never one destination’s early media', () => {
    const call = new CallDrive();
    call.admit([someTarget('a'), someTarget('b')], { simultaneous: true });
    const progress = call.on({ type: 'attemptProgress', attemptId: first, status: 183, sdp });
    expect(progress).toEqual([{ type: 'showProgress', attemptId: first, status: 180, sdp: null }]);
  });
});

describe('any order of events', () => {
  const attemptIds = [1, 2, 3, 4, 5, 6].map((seq) => `call_1.${seq}` as AttemptId);
  const attemptId = fc.constantFrom(...attemptIds);
  const cause = fc.constantFrom(null, 'Q.850;cause=16');
  const targets = fc
    .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 })
    .map((names) => names.map((name) => someTarget(name, 2)));
  const refuse: AdmissionPlan = {
    kind: 'refuse',
    outcome: 'no-route',
    sipStatus: 480,
    cause: 'no-route',
    decision: null,
    announce: null,
  };
  const promptId = 'prm_1' as PromptId;
  const ivr = { start: 'end', steps: { end: { type: 'route' } } } as const;
  const plan = fc.oneof(
    fc.constantFrom<AdmissionPlan>(
      refuse,
      { ...refuse, announce: promptId },
      { kind: 'message', promptId, maxS: 60, decision: someDecision },
      { kind: 'welcome', prompts: [promptId], ivr: null, messageMaxS: 60, decision: null },
      { kind: 'welcome', prompts: [], ivr, messageMaxS: 60, decision: null },
    ),
    fc
      .record({ targets: targets.filter((list) => list.length > 0), simultaneous: fc.boolean() })
      .map(({ targets: list, simultaneous }): AdmissionPlan => ({
        kind: 'dial',
        decision: someDecision,
        policy: { ...somePolicy, simultaneous },
        targets: list,
      })),
  );
  const timer = fc.oneof(
    fc.constantFrom(
      { kind: 'setup-budget' } as const,
      { kind: 'ack' } as const,
      { kind: 'max-call' } as const,
      { kind: 'ending' } as const,
    ),
    attemptId.map((id) => ({ kind: 'ring', attemptId: id }) as const),
  );
  const event: fc.Arbitrary<CallEvent> = fc.oneof(
    plan.map((p): CallEvent => ({ type: 'admitted', plan: p })),
    plan.map((p): CallEvent => ({ type: 'routed', plan: p, location: null })),
    targets.map((t): CallEvent => ({ type: 'reserved', targets: t })),
    fc.constantFrom<CallEvent>(
      { type: 'admissionFailed' },
      { type: 'reservationFailed' },
      { type: 'callerAcked' },
      { type: 'callerLegClosed' },
      { type: 'callerAnswerFailed', cause: 'x' },
      { type: 'callerVanished', cause: 'session-expired', heardAt: null, unseenMs: null },
      { type: 'endRequested', cause: 'operator' },
      { type: 'mediaOpened', needsAnswer: false },
      { type: 'mediaOpened', needsAnswer: true },
      { type: 'mediaRefused', sipStatus: 503, cause: 'media-unavailable' },
      { type: 'mediaLost', cause: 'media-lost' },
      { type: 'mediaSilent', silentMs: 15 },
      { type: 'recordingStarted', recordingId: 'rec_1' as RecordingId },
      { type: 'programEnded', result: { kind: 'route', zip: '94107', category: null } },
      { type: 'programEnded', result: { kind: 'message', promptId } },
      { type: 'programEnded', result: { kind: 'hangup' } },
      { type: 'programEnded', result: { kind: 'done' } },
    ),
    fc.record({ type: fc.constantFrom('attemptPickedUp' as const, 'attemptDeclined' as const), attemptId }),
    fc.record({ type: fc.constant('callerCancelled' as const), cause }),
    fc.record({ type: fc.constant('callerHungUp' as const), cause }),
    fc.record({
      type: fc.constant('attemptProgress' as const),
      attemptId,
      status: fc.constantFrom(180 as const, 183 as const),
      sdp: fc.constantFrom(null, sdp),
    }),
    fc.record({
      type: fc.constant('attemptAnswered' as const),
      attemptId,
      sdp: fc.constant(sdp),
      since: fc.constantFrom('pickup' as const, 'now' as const),
    }),
    fc.record({
      type: fc.constant('attemptFailed' as const),
      attemptId,
      sipStatus: fc.constantFrom(null, 408, 480, 486, 487, 503, 603),
      cause,
    }),
    fc.record({ type: fc.constant('attemptHungUp' as const), attemptId, cause }),
    fc.record({
      type: fc.constant('attemptVanished' as const),
      attemptId,
      cause: fc.constant('session-expired'),
      heardAt: fc.constantFrom(null, at(5)),
      unseenMs: fc.constantFrom(null, 20),
    }),
    timer.map((t): CallEvent => ({ type: 'timerFired', timer: t })),
  );

  it('ends a call exactly once, with every leg taken down and one CDR', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const call = new CallDrive();
        for (const next of events) call.on(next, 10);
        // The world always brings a call to its end: someone hangs up, and the limits fire.
        call.on({ type: 'endRequested', cause: 'drain' });
        call.on({ type: 'timerFired', timer: { kind: 'ack' } });
        call.on({ type: 'timerFired', timer: { kind: 'ending' } });
        expect(call.state.kind).toBe('ended');
        expect(call.effects.filter((effect) => effect.type === 'settle')).toHaveLength(1);
        const cdr = call.settled();
        expect(cdr.outcome).not.toBeNull();
        expect(cdr.attempts.every((attempt) => attempt.endedAt !== null)).toBe(true);
        expect(cdr.talkMs > 0 ? cdr.connectedAt : 'no talk').not.toBeNull();
        expect(legsLeftUp(call.effects, events)).toEqual([]);
        expect(callerIsGone(call.effects, events)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  const GONE = new Set<CallEvent['type']>(['attemptFailed', 'attemptHungUp', 'attemptVanished']);

  /** Whoever was dialled has failed, was cancelled, or was hung up. */
  function legsLeftUp(effects: readonly CallEffect[], events: readonly CallEvent[]): AttemptId[] {
    return effects.flatMap((dial) => {
      if (dial.type !== 'dial') return [];
      const { attemptId: id } = dial.attempt;
      const byUs = effects.some(
        (e) => (e.type === 'cancelAttempt' || e.type === 'hangUpAttempt') && e.attemptId === id,
      );
      const byThem = events.some((e) => 'attemptId' in e && GONE.has(e.type) && e.attemptId === id);
      return byUs || byThem ? [] : [id];
    });
  }

  /** A caller who was answered was hung up or hung up; any other was refused or gave up. */
  function callerIsGone(effects: readonly CallEffect[], events: readonly CallEvent[]): boolean {
    const wasAnswered = effects.some((effect) => effect.type === 'answerCaller');
    const byUs = effects.some((effect) => effect.type === (wasAnswered ? 'hangUpCaller' : 'rejectCaller'));
    const ownDoing = new Set([
      'callerHungUp',
      'callerVanished',
      'callerCancelled',
      ...(wasAnswered ? ['callerAnswerFailed'] : []),
    ]);
    return byUs || events.some((event) => ownDoing.has(event.type));
  }
});
