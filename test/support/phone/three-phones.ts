import { afterEach, beforeEach } from 'vitest';
import { Ladder } from './ladder.ts';
import type { CallOptions, OutgoingCall } from './outgoing-call.ts';
import { Phone, type Behaviour } from './phone.ts';
import { headerValue } from './sip-wire.ts';

/** Short enough to wait for every timer of RFC 3261 in a test: 64·T1 is 1.3 s. */
export const SHORT_T1_MS = 20;

/** Three phones on one ladder, opened for each test of a group. */
export interface Stage {
  ladder: Ladder;
  ann: Phone;
  bob: Phone;
  carol: Phone;
  /** Ann calls Bob, who behaves so. */
  annCalls(behaviour: Behaviour, options?: Partial<CallOptions>): OutgoingCall;
  /** How often something was sent, retransmissions included: `INVITE`, `200 INVITE`. */
  said(what: string): number;
}

/** Opens three phones before each test of the group, and closes them after. */
export function threePhones(t1Ms = 500): Stage {
  const stage = {
    annCalls(behaviour: Behaviour, options: Partial<CallOptions> = {}) {
      stage.bob.onCall = behaviour;
      return stage.ann.call({ to: stage.bob.uri, ...options });
    },
    said: (what: string) => countSent(stage.ladder, what),
  } as Stage;

  beforeEach(async () => {
    const ladder = new Ladder();
    const open = (name: string, host: string) => Phone.open({ name, host, t1Ms, tcp: true, ladder });
    const [ann, bob, carol] = await Promise.all([
      open('ann', '127.0.0.1'),
      open('bob', '127.0.0.2'),
      open('carol', '127.0.0.3'),
    ]);
    Object.assign(stage, { ladder, ann, bob, carol });
  });

  afterEach(async () => {
    await Promise.all([stage.ann.close(), stage.bob.close(), stage.carol.close()]);
  });

  return stage;
}

function countSent(ladder: Ladder, what: string): number {
  return ladder.rungs.filter(({ direction, message }) => {
    if (direction !== 'sent' || message.kind === 'remark') return false;
    const line =
      message.kind === 'request' ? message.method : `${message.status} ${headerValue(message, 'CSeq')?.split(' ')[1]}`;
    return line === what;
  }).length;
}
