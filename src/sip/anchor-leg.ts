import type { AnchoredSide } from '../calls/ports/b-leg.ts';
import type { SipRequest, SipResponse } from './drachtio.ts';
import { type FaultListener, type JoinedLeg, keepSession, listenInDialog } from './in-dialog.ts';
import { outgoingHeaders } from './outgoing-headers.ts';

/**
 * Answers a leg's in-dialog requests by its own side of a media server: an offer with the server's SDP, keys in an INFO
 * to whoever listens to them. One offer at a time: another is answered 491 meanwhile (RFC 3261 §14.2, RFC 3311 §5.2).
 */
export function anchorDialog(leg: JoinedLeg, side: AnchoredSide, onFault: FaultListener): void {
  const { dialog, session } = leg;
  const { on, guarded } = listenInDialog(leg, onFault);
  let answering: 'nothing' | 'an offer' = 'nothing';

  const offer = async (request: SipRequest, response: SipResponse): Promise<void> => {
    answering = 'an offer';
    const sdp = await side.offered(request.body || null).catch(() => null);
    answering = 'nothing';
    guarded(response, () => {
      if (sdp === null) {
        response.send(488);
        return;
      }
      if (!request.body) awaitAnswer();
      const contact = outgoingHeaders({ contact: dialog.local.contact, contentType: 'application/sdp' });
      response.send(200, { body: sdp, headers: { ...contact, ...session.agreeTo(request, null) } });
    });
  };
  const oneAtATime = (request: SipRequest, response: SipResponse): void => {
    if (answering === 'nothing') void offer(request, response);
    else response.send(491);
  };
  /** A re-INVITE without an offer is answered with one, whose answer comes with the ACK (RFC 3261 §14.1). */
  const awaitAnswer = (): void => {
    dialog.once('ack', ({ body }: SipRequest) => {
      if (body) side.answered(body).catch((error: unknown) => onFault(error, dialog.sip.callId));
    });
  };

  on('modify', oneAtATime);
  on('update', (request, response) => {
    if (request.body) oneAtATime(request, response);
    else keepSession(leg, request, response);
  });
  on('info', (request, response) => {
    const digits = digitsOf(request);
    if (digits === null) {
      response.send(415, { headers: outgoingHeaders({ accept: 'application/dtmf-relay, application/dtmf' }) });
      return;
    }
    side.pressed(digits);
    response.send(200);
  });
}

/** Keys in the body of an INFO: `Signal=5` lines, or the key alone; null where it tells of none. */
function digitsOf(request: SipRequest): string | null {
  const type = request.has('Content-Type')
    ? (request.get('Content-Type').split(';')[0] ?? '').trim().toLowerCase()
    : '';
  if (type === 'application/dtmf-relay') return /^\s*Signal\s*=\s*([0-9A-D*#])\s*$/im.exec(request.body)?.[1] ?? null;
  if (type === 'application/dtmf') return /^\s*([0-9A-D*#])\s*$/i.exec(request.body)?.[1] ?? null;
  return null;
}
