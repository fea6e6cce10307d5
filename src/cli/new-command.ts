import type { Command } from 'commander';

import type { ExitCode } from './cli-error.ts';
import type { Terminal } from './terminal.ts';

/** The call of the command line that commands are part of. */
export interface Invocation {
  readonly terminal: Terminal;
  /** Ends it with another exit code than 0, without an error: the command has said itself what is the matter. */
  end(code: ExitCode): void;
}

/** What help says of a command. */
export interface CommandHelp {
  /** What it does, in a few words: for the list of commands. */
  readonly summary: string;
  /** What it does, in a sentence or two. */
  readonly about: string;
  /** Lines to type, each with what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
}

/** Adds a command that has `--json`, and help with examples, beside its own options. */
export function newCommand(parent: Command, name: string, { summary, about, examples }: CommandHelp): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, purpose]) => `  ${line.padEnd(width)}   ${purpose}`.trimEnd());
  const command = parent
    .command(name)
    .summary(summary)
    .description(about)
    .option('--json', 'answer in JSON, for machines');
  command.addHelpText('after', `\n${examples.length > 1 ? 'Examples' : 'Example'}:\n${lines.join('\n')}`);
  return command.showHelpAfterError(`Type \`${pathOf(command)} --help\` for how it is used.`);
}

/** `tollgate keys create`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
