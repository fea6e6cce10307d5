import { Type } from 'typebox';

import type { CallId } from '../../domain/ids.ts';
import {
  exampleId,
  idField,
  instantField,
  isoField,
  microsField,
  nullable,
  numberField,
  STRICT,
  textField,
} from '../schemas/fields.ts';

const externalId = textField('Your own id of it: the same one again is the same conversion.', 'order-4711');
const kind = textField('What it is, in your words.', 'sale', { maxLength: 64 });
const valueMicros = microsField('What it is worth to you.', 8_400_000_000);

/** What a client reports. */
export const conversionFields = Type.Object(
  {
    callId: Type.Optional(idField<CallId>('call_', 'The call; or name it by `did`, `ani` and `at`.')),
    did: Type.Optional(numberField('The DID that was dialled.')),
    ani: Type.Optional(numberField("The caller's number.")),
    at: Type.Optional(instantField('Any instant of the call, by a clock that may be a minute off.')),
    externalId,
    kind: Type.String({ ...kind, default: 'sale' }),
    valueMicros: Type.Optional(valueMicros),
    occurredAt: Type.Optional(instantField('When it happened, where that is not now.')),
  },
  STRICT,
);

/** What others reported of a call, as a shared schema. */
export const conversion = Type.Object(
  {
    id: idField('cnv_', 'Given when it was reported.'),
    callId: idField<CallId>('call_', 'The call.'),
    externalId: Type.String({ description: "The reporter's own id of it." }),
    kind: Type.String({ description: "What it is, in the reporter's words." }),
    valueMicros: nullable(valueMicros),
    occurredAt: nullable(isoField('When it happened; null where that was not told.')),
    reportedAt: isoField('When it was first reported.'),
    reporter: Type.String({ description: '`house`, or `buyer:<id>`: who reported it. Each has ids of its own.' }),
  },
  {
    $id: 'Conversion',
    description: 'What was reported of a call after it. It stands beside the record and moves no money.',
  },
);

export const CONVERSION_EXAMPLE = {
  id: exampleId('cnv_'),
  callId: exampleId('call_'),
  externalId: 'order-4711',
  kind: 'sale',
  valueMicros: 8_400_000_000,
  occurredAt: null,
  reportedAt: '2026-11-24T09:12:44.000Z',
  reporter: `buyer:${exampleId('byr_')}`,
};
