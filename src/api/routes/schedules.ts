import { Type } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { Schedule, ScheduleException } from '../../domain/plan/schedule.ts';
import { compileSchedule, scheduleAt } from '../../domain/routing/schedule.ts';
import { validateSchedule } from '../../domain/routing/schedule-validation.ts';
import type { EpochMs } from '../../domain/time.ts';
import { defineCollection } from './collection.ts';
import { scheduleFields, type ScheduleFields } from './schedules.schema.ts';
import type { Saving } from './surroundings.ts';

const { name, timezone } = scheduleFields.properties;

export const schedules = defineCollection({
  kind: 'schedules',
  name: 'Schedule',
  idPrefix: 'sch_',
  description: 'Weekly opening hours in a time zone, with dated exceptions.',
  fields: scheduleFields,
  filters: {
    name: Type.Optional(name),
    timezone: Type.Optional(timezone),
    archived: Type.Optional(Type.Boolean()),
  },
  example: {
    name: 'Office hours',
    timezone: 'America/Los_Angeles',
    weekly: { mon: [['09:00', '17:00']], fri: [['09:00', '15:30']] },
    exceptions: [
      { date: '2026-12-24', windows: [['09:00', '12:00']] },
      { date: '2026-12-31', closed: true },
    ],
    holidays: 'US',
  },
  parse: (fields) => {
    const problems: InputProblem[] = [];
    const exceptions = fields.exceptions.flatMap((given, index) => {
      const exception = readException(given);
      if (exception === undefined) problems.push({ path: `/exceptions/${index}`, message: EXCEPTION_EXPECTED });
      return exception ?? [];
    });
    if (problems.length > 0) return problems;
    const schedule = { ...fields, exceptions };
    const wrong = validateSchedule(schedule);
    return wrong.length > 0 ? wrong : schedule;
  },
  check: async (saving, around) => checkStillOpens(saving, around.now()),
});

/** One that is in use may come to its end, and be changed then; a new one that never opens again is a slip. */
function checkStillOpens({ resource, before }: Saving<Schedule>, now: EpochMs): InputProblem[] {
  if (before !== undefined) return [];
  const state = scheduleAt(compileSchedule(resource), now);
  if (state.open || state.nextOpening !== null) return [];
  const message =
    'It would never open again: all its dates are over. Give a day of the week a window, or add a date to come.';
  return [{ path: '/exceptions', message }];
}

const EXCEPTION_EXPECTED = 'Say either "closed": true or which windows it is open for, not both.';

function readException({ date, closed, windows }: ScheduleFields['exceptions'][number]): ScheduleException | undefined {
  if (windows === undefined) return closed === true ? { date, closed } : undefined;
  return closed === undefined ? { date, windows } : undefined;
}
