/** One thing wrong with the settings: which, where it was set, and what to do. */
export interface ConfigProblem {
  readonly setting: string;
  readonly source: string;
  readonly message: string;
}
