import type { Dialog } from '../dialog/dialog.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { IncomingInvite } from './incoming-invite.ts';

/** An INVITE with the name its application knows it by. */
export interface NamedInvite {
  readonly id: string;
  readonly invite: IncomingInvite;
}

/** The INVITEs that are not finished, initial and within dialogs: until their final refusal, or the ACK of their 2xx. */
export class IncomingInvites implements Iterable<NamedInvite> {
  readonly #byId = new Map<string, NamedInvite>();
  readonly #byTransaction = new Map<ServerTransaction, NamedInvite>();
  readonly #byDialog = new Map<Dialog, NamedInvite>();

  get size(): number {
    return this.#byId.size;
  }

  add(named: NamedInvite): void {
    this.#byId.set(named.id, named);
    this.#byTransaction.set(named.invite.transaction, named);
    if (named.invite.dialog !== undefined) this.attach(named, named.invite.dialog);
  }

  /** The INVITE has a dialog now. */
  attach(named: NamedInvite, dialog: Dialog): void {
    this.#byDialog.set(dialog, named);
  }

  byId(id: string): IncomingInvite | undefined {
    return this.#byId.get(id)?.invite;
  }

  byTransaction(transaction: ServerTransaction | undefined): NamedInvite | undefined {
    return transaction === undefined ? undefined : this.#byTransaction.get(transaction);
  }

  /** The one that runs, or waits for its ACK, in a dialog. */
  byDialog(dialog: Dialog): NamedInvite | undefined {
    return this.#byDialog.get(dialog);
  }

  remove({ id, invite }: NamedInvite): void {
    this.#byId.delete(id);
    this.#byTransaction.delete(invite.transaction);
    if (invite.dialog !== undefined && this.#byDialog.get(invite.dialog)?.invite === invite) {
      this.#byDialog.delete(invite.dialog);
    }
  }

  [Symbol.iterator](): IterableIterator<NamedInvite> {
    return this.#byId.values();
  }
}
