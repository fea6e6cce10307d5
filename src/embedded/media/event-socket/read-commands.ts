/** Most bytes of a command's lines, and of its body: far more than anything that is ever asked. */
const MAX_HEAD_BYTES = 256 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** One command: a line, headers below it, sometimes a body. */
export interface SocketCommand {
  /** The first word, in lower case. */
  readonly verb: string;
  /** What follows it on its line. */
  readonly argument: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A connection that says more than any command can hold; nothing after it can be read. */
export class CommandTooLong extends Error {
  override readonly name = 'CommandTooLong';
}

interface Head {
  readonly command: Omit<SocketCommand, 'body'>;
  readonly bodyBytes: number;
}

/** Cuts what a connection says into commands. */
export class CommandReader {
  #bytes: Buffer = Buffer.alloc(0);
  /** How far it has been looked through for the end of the head. */
  #searchedTo = 0;
  #head: Head | undefined;

  /**
   * The commands that are complete with these bytes.
   * @throws {CommandTooLong} where one grows past its limit.
   */
  *read(bytes: Buffer): Generator<SocketCommand> {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      this.#head ??= this.#readHead();
      if (this.#head === undefined || this.#bytes.length < this.#head.bodyBytes) return;
      const { command, bodyBytes } = this.#head;
      const body = this.#bytes.toString('utf8', 0, bodyBytes);
      this.#take(bodyBytes);
      this.#head = undefined;
      yield { ...command, body };
    }
  }

  #readHead(): Head | undefined {
    this.#skipEmptyLines();
    const end = this.#endOfHead();
    if (end === undefined) {
      if (this.#bytes.length > MAX_HEAD_BYTES)
        throw new CommandTooLong(`a command is longer than ${MAX_HEAD_BYTES} bytes`);
      return undefined;
    }
    const [line = '', ...rest] = this.#bytes.toString('utf8', 0, end).split(/\r?\n/);
    // The line's own end, and the empty line.
    this.#take(this.#bytes[end + 1] === LF ? end + 2 : end + 3);
    return parseHead(line, rest);
  }

  #skipEmptyLines(): void {
    let at = 0;
    while (this.#bytes[at] === LF || this.#bytes[at] === CR) at += 1;
    if (at > 0) this.#take(at);
  }

  /** Where the empty line begins that ends the head. */
  #endOfHead(): number | undefined {
    for (let at = this.#bytes.indexOf(LF, this.#searchedTo); at !== -1; at = this.#bytes.indexOf(LF, at + 1)) {
      const next = this.#bytes[at + 1];
      if (next === LF || (next === CR && this.#bytes[at + 2] === LF)) return at;
      // What comes next may still be an empty line.
      if (next === undefined || (next === CR && this.#bytes[at + 2] === undefined)) {
        this.#searchedTo = at;
        return undefined;
      }
    }
    this.#searchedTo = this.#bytes.length;
    return undefined;
  }

  #take(count: number): void {
    this.#bytes = this.#bytes.subarray(count);
    this.#searchedTo = 0;
  }
}

function parseHead(line: string, rest: readonly string[]): Head {
  const [, verb = '', argument = ''] = /^(\S*)\s*(.*)$/s.exec(line.trim()) ?? [];
  const headers = new Map<string, string>();
  for (const text of rest) {
    const at = text.indexOf(':');
    if (at > 0) headers.set(text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim());
  }
  const length = Number(headers.get('content-length') ?? 0);
  const bodyBytes = Number.isSafeInteger(length) && length > 0 ? length : 0;
  if (bodyBytes > MAX_BODY_BYTES) throw new CommandTooLong(`a body is longer than ${MAX_BODY_BYTES} bytes`);
  return { command: { verb: verb.toLowerCase(), argument, headers }, bodyBytes };
}
