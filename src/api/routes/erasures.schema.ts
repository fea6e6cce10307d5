import { Type } from 'typebox';

import type { CallId } from '../../domain/ids.ts';
import {
  choiceField,
  exampleId,
  idField,
  isoField,
  nullable,
  numberField,
  STRICT,
  textField,
} from '../schemas/fields.ts';

const note = textField('Why, for whoever looks later. It is kept, so it must not say who.', 'Ticket 4711');
const openCalls = Type.Integer({ minimum: 0, description: 'Calls in progress: erase again once they have ended.' });
const blocklisted = Type.Boolean({
  description: 'Whether the blocklist holds the number or how it begins: that is configuration, and stays as it is.',
});

/** Whom to erase. */
export const erasureFields = Type.Object(
  {
    ani: Type.Optional(numberField("The caller's number.")),
    callId: Type.Optional(idField<CallId>('call_', 'Or one call, such as that of an anonymous caller.')),
    note: Type.Optional(note),
    dryRun: Type.Optional(Type.Boolean({ description: 'Count, and change nothing.' })),
  },
  STRICT,
);

/** An erasure as it is read. */
export const erasure = Type.Object({
  id: idField('ers_', 'Given when it was asked for.'),
  at: isoField('When that was.'),
  keyId: Type.String({
    description: 'Whose key asked; `system` for calls that grew too old, `cli` for the command line.',
  }),
  about: choiceField(
    ['caller', 'calls', 'age'],
    'What was asked for: a caller by number, calls by their ids, or whatever is older than is kept.',
  ),
  note: nullable(note),
  callsErased: Type.Integer({ minimum: 0, description: 'Calls of which nobody can be told any more who made them.' }),
  recordingsDeleted: Type.Integer({ minimum: 0, description: 'Recordings that went with them.' }),
  openCalls,
  blocklisted,
});

/** What an erasure would find. */
export const erasureCount = Type.Object({
  calls: Type.Integer({ minimum: 0, description: 'Settled calls that are not erased yet.' }),
  recordings: Type.Integer({ minimum: 0, description: 'Recordings of these that are still there.' }),
  openCalls,
  blocklisted,
});

export const ERASURE_EXAMPLE = {
  id: exampleId('ers_'),
  at: '2026-11-21T14:03:05.123Z',
  keyId: exampleId('key_'),
  about: 'caller',
  note: 'Ticket 4711',
  callsErased: 3,
  recordingsDeleted: 1,
  openCalls: 0,
  blocklisted: false,
};

export const ERASURE_COUNT_EXAMPLE = { calls: 3, recordings: 1, openCalls: 0, blocklisted: false };
