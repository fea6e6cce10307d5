import type { Configuration, ResourceKind } from '../../store/resource-store.ts';
import { writeCsv } from '../plan-file/write-csv.ts';
import { writeJson } from '../plan-file/write-json.ts';
import { writeYaml } from '../plan-file/write-yaml.ts';

/** What is exported: all of the configuration, or one collection as a table. */
export type ExportQuestion = { readonly archived: boolean } & (
  { readonly form: 'json' | 'yaml' } | { readonly form: 'csv'; readonly collection: ResourceKind }
);

/** The configuration as a file. A module by itself, since with it come all schemas, and YAML: an export loads it. */
export async function writeExport(configuration: Configuration, question: ExportQuestion): Promise<string> {
  switch (question.form) {
    case 'csv':
      return writeCsv(configuration, question.collection, question);
    case 'yaml':
      return writeYaml(configuration, question);
    case 'json':
      return writeJson(configuration, question);
  }
}
