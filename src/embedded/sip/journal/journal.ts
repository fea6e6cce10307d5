import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** Where what must outlive the process is put down, by key; the last value put for a key is the one that counts. */
export interface Keeper {
  put(key: string, value: unknown): void;
  drop(key: string): void;
}

/** For engines that are to leave nothing behind. */
export const forgetful: Keeper = { put: () => undefined, drop: () => undefined };

/** The file is written anew, without what is over, when it has grown by so much: some thousand calls. */
const COMPACT_AFTER_BYTES = 4 * 1024 * 1024;

/**
 * A map in an append-only file: `["key",value]` puts, `["key"]` drops, a line each. A line is in the operating system's
 * hands when `put` returns, so that it outlives the process, killed at whatever instant; it need not outlive the
 * machine, for neither does the port the calls are on. Not safe for two processes: the data folder's lock sees to that.
 */
export class Journal implements Keeper {
  readonly #file: string;
  readonly #onTrouble: (error: Error) => void;
  readonly #lines = new Map<string, string>();
  #descriptor: number | undefined;
  #grownBytes = 0;
  #hasTrouble = false;

  private constructor(file: string, onTrouble: (error: Error) => void) {
    this.#file = file;
    this.#onTrouble = onTrouble;
  }

  /**
   * Opens the journal of a process before this one, or a new one, and writes it compactly. What can't be read of it is
   * left out; where it can't be written, `onTrouble` hears of it, once until it works again, and calls go on without.
   */
  static open(file: string, onTrouble: (error: Error) => void): Journal {
    const journal = new Journal(file, onTrouble);
    journal.#guarded(() => {
      for (const line of readLines(file)) journal.#read(line);
    });
    journal.#guarded(() => journal.#compact());
    return journal;
  }

  /** What is kept, by key. */
  entries(): [key: string, value: unknown][] {
    return Array.from(this.#lines, ([key, line]) => [key, (JSON.parse(line) as [string, unknown])[1]]);
  }

  put(key: string, value: unknown): void {
    const line = JSON.stringify([key, value]);
    this.#lines.set(key, line);
    this.#append(line);
  }

  drop(key: string): void {
    if (this.#lines.delete(key)) this.#append(JSON.stringify([key]));
  }

  /** Writes nothing more. What is still kept stays in the file. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #append(line: string): void {
    this.#guarded(() => {
      // After trouble the file may end in half a line, or lack some: it is written anew.
      if (this.#hasTrouble || this.#grownBytes > COMPACT_AFTER_BYTES) this.#compact();
      else if (this.#descriptor !== undefined) this.#grownBytes += writeSync(this.#descriptor, `${line}\n`);
    });
  }

  /** Writes everything into a file beside it and puts that in its place, so that no instant is without a whole one. */
  #compact(): void {
    const fresh = `${this.#file}.new`;
    const descriptor = openSync(fresh, 'w', 0o600);
    try {
      for (const line of this.#lines.values()) writeSync(descriptor, `${line}\n`);
      renameSync(fresh, this.#file);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    this.close();
    this.#descriptor = descriptor;
    this.#grownBytes = 0;
  }

  #read(line: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      // The last line of a process that was killed may be half a one.
      return;
    }
    if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') return;
    if (parsed.length > 1) this.#lines.set(parsed[0], line);
    else this.#lines.delete(parsed[0]);
  }

  #guarded(act: () => void): void {
    try {
      act();
      this.#hasTrouble = false;
    } catch (error) {
      if (!this.#hasTrouble) this.#onTrouble(error instanceof Error ? error : new Error(String(error)));
      this.#hasTrouble = true;
    }
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
