import { extname, basename } from 'node:path';

import { InvalidArgumentError } from 'commander';

import { PLAN_FORMATS, type PlanFormat } from '../api/plan-file/plan-file.ts';
import type { ResourceKind } from '../store/resource-store.ts';
import { KIND_NAMES } from '../store/resources/resource-kinds.ts';
import { CliError, EXIT } from './cli-error.ts';

/** How files of each format are sent. */
export const TYPE_OF: Readonly<Record<PlanFormat, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  csv: 'text/csv',
};

const BY_EXTENSION: Readonly<Record<string, PlanFormat>> = {
  '.json': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.csv': 'csv',
};

/** What is said of a file's format and content on the command line. */
export interface FormatOptions {
  readonly format?: PlanFormat;
  readonly collection?: ResourceKind;
}

/** A file's format, and for a CSV the collection that it holds. */
export type KnownFormat =
  { readonly format: 'json' | 'yaml' } | { readonly format: 'csv'; readonly kind: ResourceKind };

/** Reads `--format`. */
export function parseFormat(text: string): PlanFormat {
  const format = PLAN_FORMATS.find((known) => known === text);
  if (format === undefined) throw new InvalidArgumentError(`Write one of ${PLAN_FORMATS.join(', ')}.`);
  return format;
}

/** Reads `--collection`. */
export function parseCollection(text: string): ResourceKind {
  const kind = KIND_NAMES.find((known) => known === text);
  if (kind === undefined) throw new InvalidArgumentError(`Write one of ${KIND_NAMES.join(', ')}.`);
  return kind;
}

/**
 * The format of a file by what was said of it, else by its name: `plan.yaml`, `routes.csv`.
 *
 * @throws CliError where neither tells
 */
export function formatOf(file: string, { format, collection }: FormatOptions): KnownFormat {
  const told = format ?? (collection === undefined ? BY_EXTENSION[extname(file).toLowerCase()] : 'csv');
  if (told === undefined) throw usage(`${file} could be anything: say --format yaml, json or csv.`);
  if (told !== 'csv') {
    if (collection === undefined) return { format: told };
    throw usage('--collection goes with CSV alone: the other formats name what they hold.');
  }
  const named = basename(file, extname(file));
  const kind = collection ?? KIND_NAMES.find((known) => known === named);
  if (kind === undefined) throw usage(`A CSV holds one collection: say --collection ${KIND_NAMES.join(', ')}.`);
  return { format: told, kind };
}

function usage(message: string): CliError {
  return new CliError('usage', message, EXIT.usage);
}
