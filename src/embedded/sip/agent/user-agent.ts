import type { Dialog } from '../dialog/dialog.ts';
import { DialogStore } from '../dialog/dialog-store.ts';
import type { Locator } from '../locate/locate-server.ts';
import type { SipTimers } from '../timers.ts';
import type { ReceivedRequest } from '../transaction/server-transaction.ts';
import { TransactionLayer } from '../transaction/transaction-layer.ts';
import type { Network } from '../transport/transport.ts';
import { Answering } from './answering.ts';
import type { ApplicationLink, Applications } from './application-link.ts';
import { contactFor } from './build-request.ts';
import { Calling } from './calling.ts';
import { DialogSender } from './dialog-sender.ts';
import { tellHangUp } from './tell-application.ts';
import { SessionTimers } from './session-timers.ts';

/** Silence in a dialog after which its call can't be real any more: the last guard against one that is never ended. */
const DIALOG_LIMIT_MS = 24 * 3_600_000;

/** How often the dialogs are looked through for such ones. */
const SWEEP_MS = 10 * 60_000;

/** The SIP user agent (RFC 3261 §8, §12, §13): callers' and callees' side, which share dialogs. */
export class UserAgent {
  readonly transactions: TransactionLayer;
  readonly calling: Calling;
  readonly answering: Answering;
  readonly dialogs = new DialogStore();
  readonly #sender: DialogSender;
  readonly #sessionTimers: SessionTimers;
  readonly #sweep: NodeJS.Timeout;

  constructor(transport: Network, locator: Locator, timers: SipTimers, applications: Applications) {
    const { dialogs } = this;
    const contact = ({ flow }: ReceivedRequest): string =>
      contactFor(flow.transport, { host: transport.local.hostFor(flow.remote.host), port: transport.local.port });
    this.answering = new Answering(
      { timers, dialogs, contact, applications, receivedOn: transport.bound },
      {
        hasOpenInvite: (dialog) => this.calling.hasOpenInvite(dialog),
        onAnswered: (dialog, request, response) => this.#sessionTimers.onAnswerSent(dialog, request, response),
        onEnded: (dialog) => this.#closeFor(dialog),
        onUnacknowledged: (dialog) => void this.#hangUp(dialog, 'ACK timeout'),
      },
    );
    this.transactions = new TransactionLayer(transport, timers, this.answering);
    const sending = { transport, locator, transactions: this.transactions };
    this.#sender = new DialogSender(sending, dialogs);
    const invites = { ...sending, timers, dialogs, sender: this.#sender };
    this.#sessionTimers = new SessionTimers(invites, {
      onExpired: (dialog) => void this.#hangUp(dialog, 'Session timer expired'),
    });
    this.calling = new Calling(invites, {
      onAnswered: (dialog, { response }) => this.#sessionTimers.onAnswerReceived(dialog, response),
      onEnded: (dialog) => {
        this.#sessionTimers.stop(dialog);
        this.answering.dialogEnded(dialog);
      },
    });
    this.#sweep = setInterval(() => this.#hangUpForgotten(), SWEEP_MS);
  }

  /** An application is gone. Its calls that are up stay up, for it may come back and hang them up. */
  linkLost(link: ApplicationLink): void {
    this.answering.linkLost(link);
    this.calling.linkLost(link);
  }

  close(): void {
    clearInterval(this.#sweep);
  }

  #closeFor(dialog: Dialog): void {
    this.#sessionTimers.stop(dialog);
    this.calling.dialogEnded(dialog);
  }

  /** Ends a call on the engine's own account, and tells its application by the BYE that went out. */
  async #hangUp(dialog: Dialog, reason: string): Promise<void> {
    const { link } = dialog;
    this.#closeFor(dialog);
    const bye = await this.#sender.hangUp(dialog, reason);
    if (link !== undefined) tellHangUp(link, bye, dialog.id);
  }

  #hangUpForgotten(): void {
    const before = performance.now() - DIALOG_LIMIT_MS;
    for (const dialog of this.dialogs) if (dialog.lastHeardMs < before) void this.#hangUp(dialog, 'Call limit reached');
  }
}
