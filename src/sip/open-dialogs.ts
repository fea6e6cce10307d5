import type { SipDialog } from './drachtio.ts';
import { forgetLink } from './drachtio.ts';
import type { OrphanLegs } from './orphan-legs.ts';

/** How often a dialog that a lost link has orphaned is asked whether its peer is still there. */
const ASK_EVERY_MS = 2_000;

/**
 * The dialogs of calls that are up, over the loss of the link to the SIP server. They stay up, but the server forgets
 * whose they were: a peer's BYE is answered 481 from then on, and nobody here hears of it. So when the link is back, each
 * of them is asked for until it ends; a BYE of ours that the link took with it is sent again.
 */
export class OpenDialogs {
  readonly #orphans: OrphanLegs;
  readonly #open = new Map<SipDialog, () => void>();
  /** BYEs the server has not confirmed yet, with their causes. */
  readonly #closing = new Map<string, string>();
  #stranded: readonly SipDialog[] = [];

  constructor(orphans: OrphanLegs) {
    this.#orphans = orphans;
  }

  /** A dialog is up. `onGone` hears, once, that its peer has left while nobody could say so. */
  add(dialog: SipDialog, onGone: () => void): void {
    this.#open.set(dialog, onGone);
  }

  /** Its peer has hung up. */
  remove(dialog: SipDialog): void {
    this.#open.delete(dialog);
  }

  /**
   * BYE by `send`, whose callback says how it ended; by the dialog's id, as soon as there is a link, where it failed.
   * `done` is called once, whatever becomes of it.
   */
  hangUp(dialog: SipDialog, cause: string, send: (sent: (error: unknown) => void) => void, done: () => void): void {
    this.#open.delete(dialog);
    if (!this.#orphans.isLinked) {
      void this.#orphans.hangUp(dialog.id, cause);
      queueMicrotask(done);
      return;
    }
    this.#closing.set(dialog.id, cause);
    send((error) => {
      if (this.#closing.delete(dialog.id) && error) void this.#orphans.hangUp(dialog.id, cause);
      done();
    });
  }

  linkLost(): void {
    this.#stranded = [...this.#open.keys()];
    for (const [dialogId, cause] of this.#closing) void this.#orphans.hangUp(dialogId, cause);
    this.#closing.clear();
  }

  linkUp(): void {
    for (const dialog of this.#stranded) {
      forgetLink(dialog);
      void this.#watch(dialog);
    }
    this.#stranded = [];
  }

  async #watch(dialog: SipDialog): Promise<void> {
    while (this.#open.has(dialog)) {
      if ((await this.#orphans.ask(dialog.id)) === 'gone') {
        const onGone = this.#open.get(dialog);
        this.#open.delete(dialog);
        onGone?.();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS).unref());
      // The link was lost again: whoever sees it come back asks on.
      if (this.#stranded.includes(dialog)) return;
    }
  }
}
