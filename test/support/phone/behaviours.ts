import { randomUUID } from 'node:crypto';
import type { ExtraHeaders } from './build-message.ts';
import { isAuthorized, type Algorithm, type Credentials } from './digest.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { Behaviour } from './phone.ts';
import type { RtpStream } from './rtp-stream.ts';

export interface AnswerOptions {
  /** Rings so long before it answers; 0 answers at once, still after a 180. */
  readonly ringMs?: number;
  /** Hangs up after so much talk, counted from the caller's ACK; stays on the line unless given. */
  readonly talkMs?: number;
  /** The phone's voice, one for each call. */
  readonly audio?: () => Promise<RtpStream>;
}

/** Rings, then answers. */
export function answers({ ringMs = 0, talkMs, audio }: AnswerOptions = {}): Behaviour {
  return async (call) => {
    call.ring();
    if (talkMs !== undefined) call.when('confirmed', () => call.after(talkMs, () => hangUp(call)));
    if (audio) call.speakThrough(await audio());
    call.after(ringMs, () => call.answer());
  };
}

/** Rings and rings; only the caller can end it. */
export function ringsForever(): Behaviour {
  return (call) => call.ring();
}

/** Says nothing at all, as a phone that is switched off. */
export function staysSilent(): Behaviour {
  return () => undefined;
}

/** Refuses, after ringing a while where asked. */
export function rejects(status: number, options: { ringMs?: number; headers?: ExtraHeaders } = {}): Behaviour {
  const { ringMs, headers = {} } = options;
  return (call) => {
    if (ringMs === undefined) {
      call.reject(status, { headers });
      return;
    }
    call.ring();
    call.after(ringMs, () => call.reject(status, { headers }));
  };
}

/** Sends the caller elsewhere with a 302. */
export function redirects(contactUri: string): Behaviour {
  return (call) => call.redirect(contactUri);
}

/** Rings; when the caller's CANCEL comes it has just answered: 200 to both, as when the two cross on the way. */
export function answersDespiteCancel(): Behaviour {
  return (call) => {
    call.onCancel = 'answer';
    call.ring();
  };
}

/** Acts like another phone, but never answers a BYE. */
export function ignoresBye(next: Behaviour): Behaviour {
  return (call) => {
    call.onRequest = (request) => (request.method === 'BYE' ? 'silence' : undefined);
    return next(call);
  };
}

/** Rings in two early dialogs, as two phones behind a forking proxy, and answers in the second. */
export function forks({ ringMs = 0 }: { ringMs?: number } = {}): Behaviour {
  return (call) => {
    call.ring({ dialog: 1 });
    call.ring({ dialog: 2 });
    call.after(ringMs, () => call.answer({ dialog: 2 }));
  };
}

/** Asks for credentials first (407), and refuses with 403 who can't give them. Offers each algorithm in turn. */
export function challenges(
  credentials: Credentials & { realm: string },
  next: Behaviour,
  algorithms: readonly Algorithm[] = ['MD5'],
): Behaviour {
  const nonce = randomUUID();
  const challenge = algorithms.map(
    (algorithm) => `Digest realm="${credentials.realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"`,
  );
  return (call) => {
    const offered = call.invite.headers.some(([name]) => name.toLowerCase() === 'proxy-authorization');
    if (offered && isAuthorized(call.invite, { ...credentials, nonce })) return next(call);
    call.reject(offered ? 403 : 407, offered ? {} : { headers: { 'Proxy-Authenticate': challenge } });
    return undefined;
  };
}

/** Treats the first call one way, the second another, and all that follow as the last. */
export function inTurn(...behaviours: [Behaviour, ...Behaviour[]]): Behaviour {
  let calls = 0;
  return (call) => {
    const behaviour = behaviours[Math.min(calls, behaviours.length - 1)] ?? behaviours[0];
    calls += 1;
    return behaviour(call);
  };
}

function hangUp(call: IncomingCall): void {
  if (!call.has('ended')) void call.bye();
}
