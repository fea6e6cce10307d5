import { unreadable, type PlanFile, type PlanText } from './plan-file.ts';
import { readContent } from './read-content.ts';
import { readCsv } from './read-csv.ts';
import { readYaml } from './read-yaml.ts';

/**
 * Reads a file's text, in this very turn; `readApart` is for long ones beside calls.
 *
 * @throws AppError `malformed-request` with the line for what is not of its format, `invalid` for what is no plan
 */
export function readPlanFile({ format, text, kind }: PlanText): PlanFile {
  switch (format) {
    case 'json':
      return readContent(parseJson(text));
    case 'yaml':
      return readYaml(text);
    case 'csv':
      if (kind === undefined) throw unreadable('A CSV holds one collection: say which.');
      return readCsv(text, kind);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`This is no JSON: ${error instanceof Error ? error.message : 'unreadable'}.`);
  }
}
