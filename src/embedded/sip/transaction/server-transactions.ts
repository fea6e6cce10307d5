import type { SipTimers } from '../timers.ts';
import type { Network } from '../transport/transport.ts';
import { ServerTransaction, type ReceivedRequest } from './server-transaction.ts';

/** Memory that server transactions may take up together, in bytes as `weightOf` estimates them. */
const BUDGET_BYTES = 64 * 1024 * 1024;

/** What a request costs while its transaction lives: its bytes, their text, its fields, the answer, timers. */
const weightOf = ({ bytes }: ReceivedRequest): number => 2_000 + 3 * bytes;

/**
 * The server transactions there are, within a budget: whoever sends requests faster than transactions end (32 s each)
 * must neither use up our memory nor keep others out. So where room is short, those that are answered already go
 * before their time, oldest first: all they still do is to repeat an answer that was lost.
 */
export class ServerTransactions {
  readonly #transport: Network;
  readonly #timers: SipTimers;
  readonly #budgetBytes: number;
  readonly #byKey = new Map<string, ServerTransaction>();
  /** By merge key: the transaction key of the request that came first. */
  readonly #merging = new Map<string, string>();
  /** Removes each that can be spared, in the order they were answered. */
  readonly #spare = new Map<ServerTransaction, () => void>();
  #weight = 0;

  constructor(transport: Network, timers: SipTimers, budgetBytes = BUDGET_BYTES) {
    this.#transport = transport;
    this.#timers = timers;
    this.#budgetBytes = budgetBytes;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): ServerTransaction | undefined {
    return this.#byKey.get(key);
  }

  /** Whether the same request is here already by another way (RFC 3261 §8.2.2.2). */
  hasMerged(merge: string | undefined): boolean {
    return merge !== undefined && this.#merging.has(merge);
  }

  /** Begins a transaction; undefined where there is no room for it, and nothing that can be spared. */
  open(key: string, received: ReceivedRequest, merge: string | undefined): ServerTransaction | undefined {
    const weight = weightOf(received);
    this.#makeRoomFor(weight);
    if (this.#weight + weight > this.#budgetBytes) return undefined;
    let isHere = true;
    const remove = (): void => {
      if (!isHere) return;
      isHere = false;
      this.#weight -= weight;
      this.#byKey.delete(key);
      this.#spare.delete(transaction);
      if (merge !== undefined) this.#merging.delete(merge);
    };
    const transaction: ServerTransaction = new ServerTransaction(received, this.#transport, this.#timers, {
      onLastWord: () => {
        if (isHere) this.#spare.set(transaction, remove);
      },
      onEnd: remove,
    });
    this.#weight += weight;
    this.#byKey.set(key, transaction);
    if (merge !== undefined) this.#merging.set(merge, key);
    return transaction;
  }

  #makeRoomFor(weight: number): void {
    for (const [transaction, remove] of this.#spare) {
      if (this.#weight + weight <= this.#budgetBytes) return;
      transaction.stop();
      remove();
    }
  }
}
