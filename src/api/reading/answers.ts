import { setImmediate as nextTurn } from 'node:timers/promises';

import { summarize } from '../../reporting/summarize.ts';
import type { StoreReader } from '../../store/open-reader.ts';
import type { Page } from '../../store/resource-store.ts';
import { seesWholeCalls, showCall } from '../own-calls.ts';
import { showFigures } from '../own-summary.ts';
import { readAccountStatement } from '../statements/read-account-statement.ts';
import { statementCsv } from '../statements/statement-csv.ts';
import { statementPage } from '../statements/statement-page.ts';
import { DISPOSITION_COLUMNS, dispositionCells } from './disposition-table.ts';
import type { QuestionName, Questions } from './questions.ts';
import { SUMMARY_COLUMNS, summaryCells } from './summary-table.ts';
import { writeTable } from './write-table.ts';

/** How an answer is made of what is stored: pieces of text, each made when it is asked for. */
type Answers = {
  readonly [Name in QuestionName]: (store: StoreReader, question: Questions[Name]) => AsyncIterable<string>;
};

/** Items of a list that are read in one go, and wait in memory for a client that is slow. */
const STRIDE = 50;

const ANSWERS: Answers = {
  calls: ({ queries }, { query, holder }) =>
    seesWholeCalls(holder)
      ? writePage(
          query,
          (page) => queries.listTexts({ ...query, ...page }),
          (text) => text,
        )
      : writePage(
          query,
          (page) => queries.list({ ...query, ...page }),
          (call) => JSON.stringify(showCall(call, holder)),
        ),
  'review-queue': ({ queries }, query) => writePage(query, (page) => queries.reviewQueue({ ...query, ...page })),
  ledger: ({ ledger }, query) => writePage(query, (page) => ledger.list({ ...query, ...page })),
  'audit-log': ({ audit }, query) => writePage(query, (page) => audit.list({ ...query, ...page })),
  deliveries: ({ deliveryLog }, query) =>
    writePage(query, (page) => deliveryLog.list(query.webhookId, { ...query, ...page })),

  async *summary({ reports }, { query, holder, form }) {
    const { data, total } = await summarize(reports, query);
    const rows = data.values().map((row) => showFigures(row, holder));
    if (form === 'csv') yield* writeTable(SUMMARY_COLUMNS, rows.map(summaryCells));
    else {
      yield* writeRows(rows);
      yield `],"total":${JSON.stringify(showFigures(total, holder))}}`;
    }
  },

  async *dispositions({ queries }, { query, form }) {
    const rows = (await queries.dispositionReport(query)).values();
    if (form === 'csv') yield* writeTable(DISPOSITION_COLUMNS, rows.map(dispositionCells));
    else {
      yield* writeRows(rows);
      yield ']}';
    }
  },

  async *statement({ ledger }, question) {
    const statement = await readAccountStatement(ledger, question);
    switch (question.form) {
      case 'csv':
        yield statementCsv(statement);
        break;
      case 'html':
        yield statementPage(statement);
        break;
      case 'json':
        yield JSON.stringify(statement);
        break;
    }
  },

  async *export({ resources }, question) {
    const { writeExport } = await import('./write-export.ts');
    yield writeExport(await resources.readAll(), question);
  },
};

/** The answer to a question. Throws as the query does, when its first piece is asked for. */
export function answerTo<Name extends QuestionName>(
  store: StoreReader,
  name: Name,
  question: Questions[Name],
): AsyncIterable<string> {
  return ANSWERS[name](store, question);
}

/** Where a list goes on, and how much of it is wanted. */
interface Place {
  readonly limit: number;
  readonly cursor?: string;
}

/** One page of a list, as strides that are pages themselves: the list is stable, and another's turn comes in between. */
async function* writePage<Item>(
  { limit, cursor }: Place,
  list: (place: Place) => Promise<Page<Item>>,
  write: (item: Item) => string = (item) => JSON.stringify(item),
): AsyncGenerator<string, void, undefined> {
  yield '{"data":[';
  let comma = '';
  let place: Place = { limit: Math.min(limit, STRIDE), ...(cursor === undefined ? {} : { cursor }) };
  for (let left = limit; ; await nextTurn()) {
    const { data, nextCursor } = await list(place);
    for (const item of data) {
      yield comma + write(item);
      comma = ',';
    }
    left -= place.limit;
    if (nextCursor === null || left === 0) {
      yield `],"nextCursor":${JSON.stringify(nextCursor)}}`;
      return;
    }
    place = { limit: Math.min(left, STRIDE), cursor: nextCursor };
  }
}

/** All rows of a report. The object stays open: `]` and what stands beside them is for the caller to write. */
function* writeRows(rows: Iterable<object>): Generator<string, void, undefined> {
  yield '{"data":[';
  let comma = '';
  for (const row of rows) {
    yield comma + JSON.stringify(row);
    comma = ',';
  }
}
