import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { contradictionsOf } from './check-together.ts';
import type { ConfigProblem } from './config-problem.ts';
import { BadValue, SETTINGS } from './settings.ts';
import type { Setting, SettingName, SettingValues } from './settings.ts';

/** A settings file as read: where it is, for messages, and what it says. */
export interface SettingsFile {
  readonly path: string;
  readonly text: string;
}

/** All settings, checked. */
export type Config = SettingValues;

export type LoadedConfig =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

interface RawValue {
  readonly text: string;
  readonly source: string;
}

/** Reads every setting, the environment before the files, earlier files before later. Reports all problems together. */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  files: readonly SettingsFile[],
): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const fromFiles = readFiles(files, problems);
  const values: Partial<Record<SettingName, unknown>> = {};
  const sources = new Map<SettingName, string>();
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const definition: Setting<unknown> = SETTINGS[name];
    const raw = env[name] === undefined ? fromFiles.get(name) : { text: env[name], source: `environment ${name}` };
    if (raw) sources.set(name, raw.source);
    const value = raw ? definition.parse(raw.text) : definition.fallback;
    if (value instanceof BadValue && raw) {
      const shown = definition.secret ? '' : ` (it is '${raw.text}')`;
      problems.push({ setting: name, source: raw.source, message: `${value.message}${shown}` });
    }
    values[name] = value instanceof BadValue ? definition.fallback : value;
  }
  const config = Object.freeze(values) as Config;
  const misread = new Set(problems.map(({ setting }) => setting));
  const contradictions = contradictionsOf(config, (name) => sources.get(name) ?? 'default');
  problems.push(...contradictions.filter(({ setting }) => !misread.has(setting)));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config };
}

function readFiles(files: readonly SettingsFile[], problems: ConfigProblem[]): Map<string, RawValue> {
  const values = new Map<string, RawValue>();
  for (const file of files) {
    const lines = new LineCounter();
    const document = parseDocument(file.text, { lineCounter: lines });
    const at = (offset: number | undefined): string =>
      offset === undefined ? file.path : `${file.path}:${lines.linePos(offset).line}`;
    for (const error of document.errors) {
      problems.push({
        setting: '(file)',
        source: at(error.pos[0]),
        message: `is not YAML: ${error.message.split('\n')[0]}`,
      });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    if (!isMap(document.contents)) {
      problems.push({ setting: '(file)', source: file.path, message: 'must hold `NAME: value` lines' });
      continue;
    }
    for (const { key, value } of document.contents.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const source = at(isScalar(key) ? key.range?.[0] : undefined);
      if (!(name in SETTINGS)) {
        problems.push({
          setting: name || '(key)',
          source,
          message: 'is no setting; docs/settings.md lists them all',
        });
      } else if (!isScalar(value) || value.value === null) {
        problems.push({ setting: name, source, message: 'must have one plain value' });
      } else if (!values.has(name)) {
        values.set(name, { text: value.source ?? JSON.stringify(value.value), source });
      }
    }
  }
  return values;
}
