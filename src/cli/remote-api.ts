import type { Problem } from '../api/plugins/problems.ts';
import { CliError, EXIT, FileError } from './cli-error.ts';
import { readSettings } from './read-settings.ts';
import type { Terminal } from './terminal.ts';

/** What a command is told of the server it should ask. */
export interface RemoteOptions {
  readonly url?: string;
  readonly key?: string;
}

/** A running server's API. */
export interface RemoteApi {
  /** `http://host:port`. */
  readonly url: string;
  readonly key: string;
}

/** How commands that speak to a server are told which. */
export const URL_OPTION = ['--url <url>', 'the server to ask, such as http://127.0.0.1:8080; or TOLLGATE_URL'] as const;
export const KEY_OPTION = [
  '--key <key>',
  'its API key; better TOLLGATE_KEY, which no list of processes shows',
] as const;

/**
 * The server that the command line or the environment (`TOLLGATE_URL`) names; undefined where neither does.
 *
 * @throws CliError where no key for it is known
 */
export function namedServer(terminal: Terminal, options: RemoteOptions): RemoteApi | undefined {
  const url = options.url ?? terminal.env['TOLLGATE_URL'];
  if (!url) return undefined;
  if (!/^https?:\/\/[^\s/]/.test(url)) throw usage(`${url} is no address: write one such as http://127.0.0.1:8080.`);
  return { url: url.replace(/\/+$/, ''), key: keyFor(url, terminal, options) };
}

/**
 * The server that runs with these very settings.
 *
 * @throws CliError where no key for it is known, or the settings leave its port open
 */
export function ownServer(terminal: Terminal, options: RemoteOptions): RemoteApi {
  const { HTTP_HOST: host, HTTP_PORT: port, TOLLGATE_DATA_DIR: folder } = readSettings(terminal);
  const running = `A server runs on ${folder}, and would not hear of a change beside it`;
  if (port === 0) throw usage(`${running}: say where it listens with --url.`);
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  return { url, key: keyFor(`${running}. ${url}`, terminal, options) };
}

function keyFor(what: string, { env, ...terminal }: Terminal, { key }: RemoteOptions): string {
  const known = key ?? env['TOLLGATE_KEY'] ?? readSettings({ env, ...terminal }).TOLLGATE_ADMIN_KEY;
  if (known) return known;
  const advice = 'give one in TOLLGATE_KEY, or make one: tollgate keys create --role operator';
  throw usage(`${what} needs an API key: ${advice}.`);
}

/**
 * One request; resolves to the answer's text.
 *
 * @throws CliError where nobody answers, FileError where the answer is a refusal
 */
export async function askServer(
  { url, key }: RemoteApi,
  path: string,
  file: string,
  upload?: { readonly type: string; readonly text: string },
): Promise<string> {
  const response = await fetch(`${url}/v1${path}`, {
    method: upload === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, ...(upload === undefined ? {} : { 'content-type': upload.type }) },
    ...(upload === undefined ? {} : { body: upload.text }),
  }).catch((error: unknown) => {
    const reason = (error as { readonly cause?: { readonly code?: string } }).cause?.code ?? String(error);
    throw new CliError('failed', `Nobody answers at ${url} (${reason}): check --url, and that the server runs.`);
  });
  const text = await response.text();
  if (response.ok) return text;
  const problem = readProblem(text);
  if (problem) throw new FileError(problem.code, file, problem.detail, problem.errors ?? []);
  throw new CliError('failed', `${url} is no Tollgate, or one behind something else: it answered ${response.status}.`);
}

function readProblem(text: string): Problem | undefined {
  try {
    const read = JSON.parse(text) as Partial<Problem>;
    return typeof read.code === 'string' && typeof read.detail === 'string' ? (read as Problem) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function usage(message: string): CliError {
  return new CliError('usage', message, EXIT.usage);
}
