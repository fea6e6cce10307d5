import type { Dialog } from '../dialog/dialog.ts';
import { DialogStore } from '../dialog/dialog-store.ts';
import { CallJournal, type LeftBehind } from '../journal/call-journal.ts';
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
import { asDialog, asSent, takeUpCallers } from './take-up.ts';
import { tellHangUp } from './tell-application.ts';
import { SessionTimers } from './session-timers.ts';

/** Silence in a dialog after which its call can't be real any more: the last guard against one that is never ended. */
const DIALOG_LIMIT_MS = 24 * 3_600_000;

/** How long calls of a process that died wait for its successor. */
const CLAIM_MS = 2_000;

/** How often the dialogs are looked through for such ones. */
const SWEEP_MS = 10 * 60_000;

/** The SIP user agent (RFC 3261 §8, §12, §13): callers' and callees' side, which share dialogs. */
export class UserAgent {
  readonly transactions: TransactionLayer;
  readonly calling: Calling;
  readonly answering: Answering;
  readonly dialogs: DialogStore;
  readonly #sender: DialogSender;
  readonly #sessionTimers: SessionTimers;
  readonly #sweep: NodeJS.Timeout;
  readonly #transport: Network;
  readonly #journal: CallJournal;
  #unclaimed: NodeJS.Timeout | undefined;

  constructor(
    transport: Network,
    locator: Locator,
    timers: SipTimers,
    applications: Applications,
    journal = new CallJournal(),
  ) {
    const dialogs = new DialogStore(journal);
    this.dialogs = dialogs;
    this.#transport = transport;
    this.#journal = journal;
    const contact = ({ flow }: ReceivedRequest): string =>
      contactFor(flow.transport, { host: transport.local.hostFor(flow.remote.host), port: transport.local.port });
    this.answering = new Answering(
      { timers, dialogs, journal, contact, applications, receivedOn: transport.bound },
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
    this.calling = new Calling(
      { ...invites, journal },
      {
        onAnswered: (dialog, { response }) => this.#sessionTimers.onAnswerReceived(dialog, response),
        onEnded: (dialog) => {
          this.#sessionTimers.stop(dialog);
          this.answering.dialogEnded(dialog);
        },
      },
    );
    this.#sweep = setInterval(() => this.#hangUpForgotten(), SWEEP_MS);
  }

  /** An application is gone. Its calls that are up stay up, for it may come back and hang them up. */
  linkLost(link: ApplicationLink): void {
    this.answering.linkLost(link);
    this.calling.linkLost(link);
  }

  /**
   * Takes up what a process that died has left, before there is any application: as if it had just gone. Its callers
   * are refused, what it was calling is given up; calls that are up wait a moment for it to come back and hang them up,
   * and are hung up then, for an application that did not know of them never will.
   */
  takeUp(left: LeftBehind): void {
    takeUpCallers(left, { transactions: this.transactions, transport: this.#transport, journal: this.#journal });
    for (const [transactionId, kept] of left.ringing) {
      const { request, flow } = asSent(kept, this.#transport);
      this.calling.withdrawLeft(transactionId, request, flow);
    }
    const dialogs = left.dialogs.map((kept) => asDialog(kept, this.#transport));
    for (const dialog of dialogs) {
      this.dialogs.add(dialog);
      this.dialogs.confirm(dialog);
    }
    this.#unclaimed = setTimeout(() => {
      for (const dialog of dialogs) {
        if (dialog.state === 'confirmed' && dialog.link === undefined) void this.#hangUp(dialog, 'Restarted');
      }
    }, CLAIM_MS);
  }

  close(): void {
    clearInterval(this.#sweep);
    clearTimeout(this.#unclaimed);
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
