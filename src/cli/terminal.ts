import pc from 'picocolors';

type Colors = ReturnType<typeof pc.createColors>;

/** Where a command writes: text, and whether a person is looking. */
export interface Screen {
  write(text: string): void;
  /** A person's terminal and no file or pipe: lines may be drawn over. */
  readonly isInteractive: boolean;
  /** Width in characters. */
  readonly columns: number;
  /** Paints text, or leaves it as it is where colours aren't wanted. */
  readonly paint: Colors;
}

/** All a command knows of the world it was called in. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of settings files. */
  readonly configDir: string;
  /** What was asked for. */
  readonly out: Screen;
  /** Faults and progress. */
  readonly err: Screen;
}

/** Width to write for where nobody says. */
const USUAL_COLUMNS = 110;

/** The terminal this process was started in. */
export function processTerminal(): Terminal {
  const { env } = process;
  return { env, configDir: 'config', out: screenOf(process.stdout, env), err: screenOf(process.stderr, env) };
}

function screenOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  const isInteractive = stream.isTTY ?? false;
  // https://no-color.org: any value but the empty one.
  const isColourful = isInteractive && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    write: (text) => void stream.write(text),
    isInteractive,
    // Some terminals don't know their own width, and say 0.
    columns: (isInteractive && stream.columns) || USUAL_COLUMNS,
    paint: pc.createColors(isColourful),
  };
}
