import { allowed } from './allowed-methods.ts';
import type { SipDialog, SipRequest, SipResponse } from './drachtio.ts';
import { outgoingHeaders } from './outgoing-headers.ts';
import type { SessionTimer } from './session-timer.ts';

/** An answered leg: `request` answers challenges where the leg's trunk has credentials. */
export interface JoinedLeg {
  readonly dialog: SipDialog;
  readonly request: SipDialog['request'];
  readonly session: SessionTimer;
  /** Called whenever the other side shows that it is there. */
  readonly heard: () => void;
}

/** Hears of a defect in answering a request; the request has been answered 500 where it still could be. */
export type FaultListener = (error: unknown, sipCallId: string) => void;

/** A leg's requests, listened to. Unhandled, the library would answer all of these 200 with stale SDP by itself. */
export interface InDialog {
  /** Listens for a method; a bug ends one request with a 500: thrown into the library it would end the process. */
  readonly on: (event: string, answer: (request: SipRequest, response: SipResponse) => void) => void;
  /** Does what a later turn brings, as safely. */
  readonly guarded: (response: SipResponse, act: () => void) => void;
}

/** Listens to a leg, and answers what is answered alike in every call. */
export function listenInDialog({ dialog, heard }: JoinedLeg, onFault: FaultListener): InDialog {
  const guarded: InDialog['guarded'] = (response, act) => {
    try {
      act();
    } catch (error) {
      onFault(error, dialog.sip.callId);
      if (!response.finalResponseSent) response.send(500);
    }
  };
  const on: InDialog['on'] = (event, answer) => {
    dialog.on(event, (request: SipRequest, response: SipResponse) =>
      guarded(response, () => {
        heard();
        answer(request, response);
      }),
    );
  };
  on('options', (_request, response) => response.send(200, { headers: { ...allowed(), ...ACCEPTS_SDP } }));
  // We transfer no calls: where a call goes is configuration's to say (RFC 3515 §2.4.2).
  on('refer', (_request, response) => response.send(603));
  for (const method of ['message', 'notify', 'publish', 'subscribe']) {
    on(method, (_request, response) => response.send(405, { headers: allowed() }));
  }
  return { on, guarded };
}

const ACCEPTS_SDP = outgoingHeaders({ accept: 'application/sdp' });

/** Answers an UPDATE without an offer: it only keeps the session up (RFC 4028 §7.4), and each leg has its own. */
export function keepSession({ dialog, session }: JoinedLeg, request: SipRequest, response: SipResponse): void {
  const contact = outgoingHeaders({ contact: dialog.local.contact });
  response.send(200, { headers: { ...contact, ...session.agreeTo(request, null) } });
}
