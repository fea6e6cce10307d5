import type { ApplicationLink, Applications } from '../agent/application-link.ts';

/** Which application wants which requests; requests of one method go to those that want it in turn. */
export class AppDirectory implements Applications {
  /** By lower-case method. */
  readonly #wanting = new Map<string, { links: ApplicationLink[]; next: number }>();

  /** An application wants requests of a method. Asking twice changes nothing. */
  add(method: string, link: ApplicationLink): void {
    const entry = this.#wanting.get(method) ?? { links: [], next: 0 };
    if (!entry.links.includes(link)) entry.links.push(link);
    this.#wanting.set(method, entry);
  }

  /** It wants them no more. */
  remove(method: string, link: ApplicationLink): void {
    const entry = this.#wanting.get(method);
    if (entry === undefined) return;
    entry.links = entry.links.filter((each) => each !== link);
    if (entry.links.length === 0) this.#wanting.delete(method);
  }

  /** An application is gone. */
  removeAll(link: ApplicationLink): void {
    for (const method of this.#wanting.keys()) this.remove(method, link);
  }

  pick(method: string): ApplicationLink | undefined {
    const entry = this.#wanting.get(method.toLowerCase());
    if (entry === undefined) return undefined;
    const link = entry.links[entry.next % entry.links.length];
    entry.next = (entry.next + 1) % entry.links.length;
    return link;
  }
}
