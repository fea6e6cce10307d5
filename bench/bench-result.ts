/** What a benchmark measured. Absolute figures are this machine's; the ratios are what holds elsewhere. */
export interface BenchResult {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  /** Each compares two measurements of the one run, by a name that says which. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly notes?: readonly string[];
}

/** One benchmark, as `bench/main.ts` lists and runs it. */
export interface Bench {
  readonly name: string;
  /** One line: what is measured against what. */
  readonly description: string;
  run(): Promise<BenchResult>;
}
