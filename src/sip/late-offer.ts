import type { BLegEvent } from '../calls/ports/b-leg.ts';
import { dialogIdOf } from './dialog-id.ts';
import type { LateOffer, SipDialog } from './drachtio.ts';

/** The leg that an offer came to. */
export interface OfferedLeg {
  /** The offer is answered, and this is the dialog. */
  opened(dialog: SipDialog): void;
  /** There will be no dialog, or none that is wanted. */
  closed(): void;
  /** `done` is called once that is over. */
  sendBye(dialog: SipDialog, cause: string, done: () => void): void;
  report(event: BLegEvent): void;
}

/** The offer of a 2xx to an INVITE that had none: it waits for the caller's answer with its ACK (RFC 3261 §13.2.1). */
export class WaitingOffer {
  /** As the SIP server knows the dialog to be. */
  readonly dialogId: string;
  readonly #offer: LateOffer;
  readonly #leg: OfferedLeg;
  #isWanted = true;

  constructor(offer: LateOffer, leg: OfferedLeg) {
    this.#offer = offer;
    this.#leg = leg;
    this.dialogId = dialogIdOf(offer.res);
  }

  /**
   * Answers it with the SDP of the caller's ACK; `then` is called when the leg is open. Null, for an ACK that brought
   * none, is the end of it: there is no session without.
   */
  complete(answer: string | null, then: () => void): void {
    if (answer !== null) {
      void this.#accept(answer, then);
      return;
    }
    this.#decline('no-session', () => undefined);
    this.#leg.report({ type: 'vanished', cause: 'no-session', unseenMs: null });
  }

  hangUp(cause: string): void {
    this.#decline(cause, () => this.#leg.report({ type: 'hungUp', cause: null }));
  }

  async #accept(answer: string, then: () => void): Promise<void> {
    const dialog = await this.#offer.ack(answer).catch(() => null);
    if (!dialog) {
      this.#end();
      this.#leg.report({ type: 'vanished', cause: 'no-session', unseenMs: null });
    } else if (this.#isWanted) {
      this.#leg.opened(dialog);
      then();
    } else {
      this.#leg.sendBye(dialog, 'normal', () => this.#leg.report({ type: 'hungUp', cause: null }));
    }
  }

  /** It is owed an ACK with an answer before its dialog can be ended (RFC 3261 §13.2.2.4). */
  #decline(cause: string, done: () => void): void {
    this.#end();
    this.#offer.ack(declineAll(this.#offer.sdp)).then((dialog) => this.#leg.sendBye(dialog, cause, done), done);
  }

  #end(): void {
    this.#isWanted = false;
    this.#leg.closed();
  }
}

/** The answer that takes none of the media an offer proposes (RFC 3264 §6). */
function declineAll(offer: string): string {
  return offer.replace(/^(?<media>m=\S+ )\d+(?:\/\d+)?/gm, '$<media>0');
}
