/**
 * Legs with an INVITE that has no final response yet. When the link to the SIP server breaks, the server's answers to
 * them never come and drachtio-srf settles none of its callbacks, so each leg is told here.
 */
export class PendingLegs {
  readonly #legs = new Map<object, () => void>();

  add(leg: object, onLinkLost: () => void): void {
    this.#legs.set(leg, onLinkLost);
  }

  remove(leg: object): void {
    this.#legs.delete(leg);
  }

  linkLost(): void {
    const told = [...this.#legs.values()];
    this.#legs.clear();
    for (const tell of told) tell();
  }

  get size(): number {
    return this.#legs.size;
  }
}
