import { uacDialog, type Dialog } from '../dialog/dialog.ts';
import type { DialogStore } from '../dialog/dialog-store.ts';
import { getHeader, listValues } from '../message/header-fields.ts';
import { parseRSeq } from '../message/rack.ts';
import type { ClientTransaction, ReceivedResponse } from '../transaction/client-transaction.ts';
import type { SentAck } from './dialog-sender.ts';

/** One callee that answers an INVITE: all those that share it differ by their tag. */
export interface Fork {
  readonly dialog: Dialog;
  /** Number of the last reliable provisional response. */
  rseq: number | undefined;
  ack: SentAck | undefined;
}

/** The callees an INVITE of ours has reached, each with its dialog (RFC 3261 §12.1.2, §13.2.2.4). */
export class Forks {
  readonly #dialogs: DialogStore;
  /** The dialog of a re-INVITE, which has one callee; undefined for an initial INVITE. */
  readonly #within: Dialog | undefined;
  readonly #byTag = new Map<string, Fork>();

  constructor(dialogs: DialogStore, within: Dialog | undefined) {
    this.#dialogs = dialogs;
    this.#within = within;
  }

  /** The fork with a tag, if it has answered. */
  byTag(tag: string): Fork | undefined {
    return this.#byTag.get(tag);
  }

  /** The dialog of the fork whose reliable response a PRACK means; the latest where none matches. */
  dialogFor(rseq: number | undefined): Dialog | undefined {
    const forks = [...this.#byTag.values()];
    return (forks.find((fork) => fork.rseq === rseq && rseq !== undefined) ?? forks.at(-1))?.dialog;
  }

  /** The fork a response comes from, a new one with its first; undefined where a provisional response has no tag. */
  of(received: ReceivedResponse, transaction: ClientTransaction): Fork | undefined {
    const tag = received.essentials.toTag;
    const known = this.#byTag.get(tag);
    if (known !== undefined) return known;
    if (tag === '' && received.response.status < 200) return undefined;
    const dialog = this.#within ?? uacDialog(transaction.request, received.response, transaction.flow, received.flow);
    if (this.#within === undefined) this.#dialogs.add(dialog);
    const fork: Fork = { dialog, rseq: undefined, ack: undefined };
    this.#byTag.set(tag, fork);
    return fork;
  }

  /** A 2xx confirms the fork's dialog; the route set is the 2xx's then, unless it was confirmed before (§13.2.2.4). */
  confirm({ dialog }: Fork, { response }: ReceivedResponse): void {
    if (dialog.state === 'early') dialog.routeSet = listValues(response, 'Record-Route').reverse();
    dialog.refreshTarget(response);
    this.#dialogs.confirm(dialog);
  }

  /** The other callees ring no longer; the dialog's id means the one with this tag from now on. */
  choose(tag: string): void {
    this.dropEarly(tag);
    const chosen = this.#byTag.get(tag);
    if (chosen !== undefined) this.#dialogs.promote(chosen.dialog);
  }

  /** Ends the early dialogs, but for the one with a tag. */
  dropEarly(except = ''): void {
    for (const [tag, { dialog }] of this.#byTag) {
      if (tag !== except && dialog.state === 'early') this.#dialogs.remove(dialog);
    }
  }

  /**
   * Whether a provisional response is for the application: one that is sent reliably only if it is the next one
   * (RFC 3262 §4), for a repeated one it knows and one after a gap must not be acknowledged.
   */
  isNext(fork: Fork | undefined, { response }: ReceivedResponse): boolean {
    const requires = listValues(response, 'Require').some((tag) => tag.toLowerCase() === '100rel');
    const rseq = parseRSeq(getHeader(response, 'RSeq') ?? '');
    if (!requires || rseq === undefined || fork === undefined) return !requires;
    if (fork.rseq !== undefined && rseq !== fork.rseq + 1) return false;
    fork.rseq = rseq;
    this.#dialogs.promote(fork.dialog);
    return true;
  }
}
