import type { Config } from '../../config/load-config.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const PATIENCE_MS = 3_000;

/** What the server that serves this data says of itself, over HTTP; none is expected where none runs. */
export async function checkServer(config: Config, served: boolean): Promise<Finding> {
  const { HTTP_HOST: host, HTTP_PORT: port } = config;
  if (!served) return ok('server', 'not running');
  if (port === 0) return warn('server', 'runs on a port that was free then', 'Set HTTP_PORT to have it asked.');
  const url = `http://${nameFor(host)}:${port}/readyz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const answer = (await response.json()) as { readonly detail?: string };
    if (response.ok) return ok('server', 'runs and takes calls');
    const found = `runs and takes no calls: ${answer.detail ?? `${url} answers ${response.status}`}`;
    return fail('server', found, 'Its log says why; a restart ends the calls in progress.');
  } catch (error) {
    const { cause, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
    const found = `${url} does not answer, though a Tollgate serves this data: ${cause?.code ?? message}`;
    return fail('server', found, 'Call this with the settings that the server was started with.');
  }
}

/** A host to connect to, where the setting may say "every address". */
function nameFor(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
