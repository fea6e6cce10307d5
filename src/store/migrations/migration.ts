/** One step of the schema. Once released it is never edited: its checksum is kept in every database it ran on. */
export interface Migration {
  /** 1, 2, … without gaps. */
  readonly version: number;
  /** What it brings, in a few words. */
  readonly name: string;
  readonly sql: string;
}
