import type { ApiDeps } from '../../../src/api/ports.ts';

/** What is no step of its own: what others run within, what only hears or tells, what is asked for the time. */
const UNBREAKABLE: ReadonlySet<string> = new Set<keyof ApiDeps>([
  'changes',
  'clock',
  'feed',
  'gazetteer',
  'logger',
  'onAnswered',
  'webhookUrlProblem',
]);

type Callable = (...args: never[]) => unknown;

/** All that the API leans on, any step of which can be made to fail. */
export class BreakableDeps {
  #stepsLeft = Infinity;
  #fault: unknown = null;
  #broke = false;
  readonly #replaced = new Map<string, Callable>();

  /** The same deps, listened in on. */
  readonly wrap = (deps: ApiDeps): ApiDeps => {
    const wrapped = Object.entries(deps).map(([name, part]: [string, unknown]) => {
      if (UNBREAKABLE.has(name) || part === null) return [name, part];
      if (typeof part === 'function') return [name, this.#listenIn(name, part as Callable, undefined)];
      return [name, typeof part === 'object' ? this.#wrapMethods(name, part) : part];
    });
    return Object.fromEntries(wrapped) as ApiDeps;
  };

  /** Whether the step that was to fail has been reached. */
  get broke(): boolean {
    return this.#broke;
  }

  /** From here on, the step of this number fails, counted from 1; those after it don't. */
  breakStep(step: number, fault: unknown): void {
    this.#stepsLeft = step;
    this.#fault = fault;
    this.#broke = false;
  }

  /** From here on, what is called `resources.create` does this instead. */
  replace(name: string, does: () => unknown): void {
    this.#replaced.set(name, does);
  }

  /** All is well again. */
  mend(): void {
    this.#stepsLeft = Infinity;
    this.#replaced.clear();
  }

  #wrapMethods(name: string, part: object): object {
    return new Proxy(part, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return this.#listenIn(`${name}.${String(key)}`, member as Callable, target);
      },
    });
  }

  #listenIn(name: string, method: Callable, self: unknown): Callable {
    return (...args) => {
      this.#step();
      return Reflect.apply(this.#replaced.get(name) ?? method, self, args);
    };
  }

  #step(): void {
    this.#stepsLeft -= 1;
    if (this.#stepsLeft !== 0) return;
    this.#broke = true;
    throw this.#fault;
  }
}
