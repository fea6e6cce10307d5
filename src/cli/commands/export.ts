import { writeFileSync } from 'node:fs';

import type { Command } from 'commander';

import { MOST_YAML_CHARACTERS } from '../../api/plan-file/read-yaml.ts';
import { writeCsv } from '../../api/plan-file/write-csv.ts';
import { writeJson } from '../../api/plan-file/write-json.ts';
import { writeYaml } from '../../api/plan-file/write-yaml.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { formatOf, parseCollection, parseFormat, type FormatOptions, type KnownFormat } from '../plan-format.ts';
import { askServer, KEY_OPTION, namedServer, URL_OPTION, type RemoteOptions } from '../remote-api.ts';
import type { Terminal } from '../terminal.ts';
import { visitStore } from '../visit-store.ts';

interface ExportOptions extends FormatOptions, RemoteOptions {
  readonly json?: boolean;
  readonly out?: string;
  readonly archived: boolean;
}

/** `tollgate export`: writes the configuration as a file that `tollgate import` takes. */
export function addExport(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'export', {
    summary: 'write the configuration as YAML, JSON or CSV',
    about:
      'Write the whole configuration as YAML or JSON, or one collection as CSV, as `tollgate import` takes it. The same ' +
      'configuration makes the same file. Secrets are masked (***). Beside a running server or without one.',
    examples: [
      ['tollgate export --out plan.yaml', 'all of it, to be kept under version control'],
      ['tollgate export --collection routes --out routes.csv', 'one collection, for a spreadsheet'],
      ['tollgate export --url https://tollgate.example --json | jq .dids[].number', "another server's"],
    ],
  })
    .option('--format <format>', 'yaml (where nothing says otherwise), json or csv', parseFormat)
    .option('--collection <name>', `for CSV, what to write: ${KIND_NAMES.join(', ')}`, parseCollection)
    .option('--out <file>', 'write there, and not on stdout; its name can say the format')
    .option('--archived', 'what is archived, too', false)
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .action(async (options: ExportOptions) => {
      const { out } = options;
      const wanted = wantedFormat(options);
      const text = await exportAs(wanted, options, terminal);
      if (wanted.format === 'yaml' && text.length > MOST_YAML_CHARACTERS) terminal.err.write(TOO_LONG);
      if (out === undefined) return terminal.out.write(text);
      save(out, text);
      terminal.err.write(`Written to ${out}.\n`);
    });
}

const TOO_LONG = 'This is more YAML than an import takes: export it as JSON (--format json) to import it whole.\n';

function wantedFormat({ json, out, ...said }: ExportOptions): KnownFormat {
  if (json) return formatOf('', { ...said, format: 'json' });
  return formatOf(out ?? 'plan.yaml', said);
}

async function exportAs(wanted: KnownFormat, options: ExportOptions, terminal: Terminal): Promise<string> {
  const server = namedServer(terminal, options);
  const { archived } = options;
  if (server) {
    const query = `archived=${archived}`;
    const path = wanted.format === 'csv' ? `/${wanted.kind}?${query}` : `?format=${wanted.format}&${query}`;
    return askServer(server, `/export${path}`, 'The export');
  }
  return visitStore(terminal, async ({ resources }) => {
    const configuration = await resources.readAll();
    switch (wanted.format) {
      case 'csv':
        return writeCsv(configuration, wanted.kind, { archived });
      case 'json':
        return writeJson(configuration, { archived });
      case 'yaml':
        return writeYaml(configuration, { archived });
    }
  });
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError('usage', `${file} can't be written: ${(error as Error).message}`, EXIT.usage);
  }
}
