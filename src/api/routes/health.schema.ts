import { Type } from 'typebox';

import type { CheckResult } from '../ports.ts';
import { choiceField } from '../schemas/fields.ts';

/** The answer of a process that works. */
export const liveness = Type.Object({
  status: Type.Unsafe<'ok'>({ type: 'string', enum: ['ok'] }),
  version: Type.String({ description: 'Of the product.' }),
});

const CHECK_RESULTS = ['ok', 'failing', 'unused'] as const satisfies readonly CheckResult[];

const check = choiceField(CHECK_RESULTS, '`unused` where this configuration has no such part.');

/** Whether calls can be taken, by part. */
export const readiness = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Object({ sip: check, store: check, media: check }),
});
