import type { RoutingPlan } from '../domain/plan/routing-plan.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { TrunkDirectory } from './trunk-directory.ts';

/** The plan calls are decided on, with what is derived from it. Replaced whole, never changed. */
export interface CurrentPlan {
  readonly snapshot: RoutingSnapshot;
  readonly trunks: TrunkDirectory;
}

/** Keeps the routing snapshot in memory and makes it anew when the configuration changes. */
export class LivePlan {
  readonly #read: () => Promise<RoutingPlan>;
  readonly #build: (plan: RoutingPlan) => RoutingSnapshot;
  readonly #followers: ((plan: RoutingPlan) => void)[] = [];
  #current: (CurrentPlan & { readonly plan: RoutingPlan }) | null = null;
  #refreshing: Promise<void> | null = null;
  #stale = true;

  constructor(read: () => Promise<RoutingPlan>, build: (plan: RoutingPlan) => RoutingSnapshot) {
    this.#read = read;
    this.#build = build;
  }

  /** The plan as last built. Throws before the first `refresh`. */
  get current(): CurrentPlan {
    if (!this.#current) throw new Error('the routing plan has not been loaded');
    return this.#current;
  }

  /** Tells of the plan that calls are decided on, where there is one by now, and of each that comes after it. */
  follow(tell: (plan: RoutingPlan) => void): void {
    this.#followers.push(tell);
    if (this.#current) tell(this.#current.plan);
  }

  /** Says that the configuration has changed since the last build. */
  markStale(): void {
    this.#stale = true;
  }

  /** Resolves when the plan holds every change made before the call. Changes that come together are built once. */
  async refresh(): Promise<void> {
    while (this.#stale || this.#refreshing) {
      this.#refreshing ??= this.#rebuild().finally(() => {
        this.#refreshing = null;
      });
      await this.#refreshing;
    }
  }

  async #rebuild(): Promise<void> {
    this.#stale = false;
    try {
      const plan = await this.#read();
      this.#current = { plan, snapshot: this.#build(plan), trunks: new TrunkDirectory(plan.trunks) };
      for (const tell of this.#followers) tell(plan);
    } catch (error) {
      this.#stale = true;
      throw error;
    }
  }
}
