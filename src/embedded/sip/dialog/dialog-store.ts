import { CallJournal } from '../journal/call-journal.ts';
import type { Essentials } from '../transaction/essentials.ts';
import type { Dialog } from './dialog.ts';

/** Every dialog there is, found by what a message carries or by what the application calls it. */
export class DialogStore {
  readonly #byTags = new Map<string, Dialog>();
  readonly #byId = new Map<string, Dialog>();
  readonly #byCallId = new Map<string, Dialog>();

  readonly #journal: CallJournal;

  constructor(journal: CallJournal = new CallJournal()) {
    this.#journal = journal;
  }

  /** How many dialogs are alive. */
  get size(): number {
    return this.#byTags.size;
  }

  /** Adds a dialog. Of several forks with one id, the application means the first, until another is promoted. */
  add(dialog: Dialog): void {
    this.#byTags.set(tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag), dialog);
    if (!this.#byId.has(dialog.id)) this.#byId.set(dialog.id, dialog);
    this.#byCallId.set(dialog.callId, dialog);
  }

  /** Makes a fork the one its id stands for. */
  promote(dialog: Dialog): void {
    this.#byId.set(dialog.id, dialog);
  }

  /** A dialog is confirmed (RFC 3261 §12.1), or again where the peer has moved: from now on it is worth a BYE. */
  confirm(dialog: Dialog): void {
    if (dialog.state === 'ended') return;
    dialog.state = 'confirmed';
    this.#journal.dialogIsUp(dialog);
  }

  remove(dialog: Dialog): void {
    dialog.state = 'ended';
    this.#journal.dialogIsOver(dialog);
    this.#byTags.delete(tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag));
    if (this.#byId.get(dialog.id) === dialog) this.#byId.delete(dialog.id);
    if (this.#byCallId.get(dialog.callId) === dialog) this.#byCallId.delete(dialog.callId);
  }

  /** The dialog a request from the network belongs to (RFC 3261 §12.2.2). */
  ofRequest({ callId, fromTag, toTag }: Essentials): Dialog | undefined {
    return this.#byTags.get(tagsKey(callId, toTag, fromTag));
  }

  /** The dialog a response to an INVITE of ours belongs to: its To tag tells the forks apart. */
  ofResponse({ callId, fromTag, toTag }: Essentials): Dialog | undefined {
    return this.#byTags.get(tagsKey(callId, fromTag, toTag));
  }

  /** The dialog the application means. */
  byId(id: string): Dialog | undefined {
    return this.#byId.get(id);
  }

  /** A dialog with that Call-ID, where the application names it so instead of by its id. */
  byCallId(callId: string): Dialog | undefined {
    return this.#byCallId.get(callId);
  }

  /** All dialogs; safe to remove from while walking. */
  [Symbol.iterator](): IterableIterator<Dialog> {
    return this.#byTags.values();
  }
}

const tagsKey = (callId: string, localTag: string, remoteTag: string): string => `${callId}\0${localTag}\0${remoteTag}`;
