import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApp } from './app.ts';
import type { SettingsFile } from './config/load-config.ts';
import { loadConfig } from './config/load-config.ts';
import { describeFault } from './describe-fault.ts';

/** Settings that are wrong. */
const EXIT_BAD_SETTINGS = 2;
/** Anything else that keeps us from running. */
const EXIT_FAILED = 1;

const OLDEST_NODE = 24;

function settingsFiles(folder: string): SettingsFile[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
  } catch (error) {
    // A folder that isn't there holds no settings.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Says why on stderr and ends the process. */
function refuse(lines: readonly string[], exitCode: number): never {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(exitCode);
}

async function main(): Promise<void> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    refuse(
      [
        `Tollgate needs Node ${OLDEST_NODE} or later and this is ${process.version}: start it with 'npm start', which brings its own.`,
      ],
      EXIT_FAILED,
    );
  }
  const loaded = loadConfig(process.env, settingsFiles('config'));
  if (!loaded.ok) {
    const problems = loaded.problems.map(({ setting, source, message }) => `  ${setting} ${message}   [${source}]`);
    refuse(['These settings are wrong:', ...problems], EXIT_BAD_SETTINGS);
  }
  const app = await startApp(loaded.config, {
    onFatal: (error) => refuse(describeFault(error), EXIT_FAILED),
  });

  let stopping = false;
  const stop = (): void => {
    // A second signal means now: calls are recovered at the next start.
    if (stopping) process.exit(EXIT_FAILED);
    stopping = true;
    app.shutDown().then(
      () => process.exit(0),
      (error: unknown) => refuse(describeFault(error), EXIT_FAILED),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  process.stdout.write(`Tollgate is up: http://${app.http}/\n`);
  if (app.firstAdminKey !== null) {
    process.stdout.write(`Admin API key, shown this once: ${app.firstAdminKey}\n`);
  }
  process.stdout.write(`${JSON.stringify({ event: 'listening', sip: app.sip, http: app.http })}\n`);
}

main().catch((error: unknown) => refuse(describeFault(error), EXIT_FAILED));
