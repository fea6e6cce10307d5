import type { ConfigProblem } from '../config/config-problem.ts';
import type { InputProblem } from '../domain/app-error.ts';

/** How a command can end, as its exit code. */
export const EXIT = {
  ok: 0,
  /** It was understood and could not be done, or what it looked at is not as it should be. */
  failed: 1,
  /** It was called in a way it doesn't know, or the settings are wrong. */
  usage: 2,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that can't be carried out: one sentence that says why and how to mend it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** A word for machines. */
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** A file that can't be taken, with everything that is wrong with it. */
export class FileError extends CliError {
  readonly problems: readonly InputProblem[];

  /** @param code as the API's */
  constructor(code: string, file: string, detail: string, problems: readonly InputProblem[]) {
    const lines = problems.map(({ path, line, message }) => {
      const place = [...(line === undefined ? [] : [`line ${line}`]), ...(path === '' ? [] : [path])];
      return `  ${place.join('  ')}${place.length === 0 ? '' : ': '}${message}`;
    });
    const said = problems.length === 0 ? `${file}: ${detail}` : [`${file} can not be taken:`, ...lines].join('\n');
    super(code, said);
    this.problems = problems;
  }
}

/** Settings that can't be used, all of them together. */
export class SettingsError extends CliError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ setting, source, message }) => `  ${setting} ${message}   [${source}]`);
    super('settings', ['These settings are wrong:', ...lines].join('\n'), EXIT.usage);
    this.problems = problems;
  }
}
