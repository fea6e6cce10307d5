import { Type, type Static } from 'typebox';

import { WEEKDAYS, type OpeningWindow } from '../../domain/plan/schedule.ts';
import { STRICT, textField } from '../schemas/fields.ts';

const WINDOW_EXPECTED = 'A window is a pair of local times, such as ["09:00", "17:00"].';

const window = Type.Unsafe<OpeningWindow>({
  type: 'array',
  items: { type: 'string', maxLength: 5, 'x-expects': WINDOW_EXPECTED },
  minItems: 2,
  maxItems: 2,
  'x-expects': WINDOW_EXPECTED,
  description: 'Open and close, `HH:MM` local time. `24:00` may close; a close before the open is on the next day.',
  examples: [['09:00', '17:00']],
});

const windows = Type.Array(window, { maxItems: 50, description: 'Empty for closed.' });

const exception = Type.Object(
  {
    date: Type.String({ maxLength: 10, description: 'The local date.', examples: ['2026-12-24'] }),
    closed: Type.Optional(Type.Boolean({ description: 'True: closed all day.', examples: [true] })),
    windows: Type.Optional(windows),
  },
  { ...STRICT, description: 'A date on which other hours hold: `closed: true`, or `windows`.' },
);

/** What a client writes of a schedule. */
export const scheduleFields = Type.Object(
  {
    name: textField('What you call it.', 'Office hours'),
    timezone: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'IANA zone of its local times.',
      examples: ['America/Los_Angeles'],
    }),
    weekly: Type.Object(Object.fromEntries(WEEKDAYS.map((day) => [day, Type.Optional(windows)])), {
      ...STRICT,
      default: {},
      description: 'Windows by day of the week; absent days are closed.',
    }),
    exceptions: Type.Array(exception, { default: [], maxItems: 2_000, description: 'Dates with other hours.' }),
    holidays: Type.Optional(
      Type.Unsafe<'US'>({
        type: 'string',
        enum: ['US'],
        description: 'Closed on the eleven US federal holidays, on the dates they are observed.',
      }),
    ),
  },
  STRICT,
);

export type ScheduleFields = Static<typeof scheduleFields>;
