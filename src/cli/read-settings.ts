import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { loadConfig, type Config, type SettingsFile } from '../config/load-config.ts';
import { SettingsError } from './cli-error.ts';
import type { Terminal } from './terminal.ts';

/**
 * The settings as environment and files give them.
 *
 * @throws SettingsError naming everything that is wrong with them
 */
export function readSettings({ env, configDir }: Pick<Terminal, 'env' | 'configDir'>): Config {
  const loaded = loadConfig(env, settingsFiles(configDir));
  if (!loaded.ok) throw new SettingsError(loaded.problems);
  return loaded.config;
}

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
