import { Type } from 'typebox';

import { DISPOSITIONS } from '../../domain/call/disposition.ts';
import type { CallId } from '../../domain/ids.ts';
import { choiceField, exampleId, idField, isoField, nullable, STRICT, textField } from '../schemas/fields.ts';

const value = choiceField(DISPOSITIONS, 'What the call came to.');
const note = textField('Anything else worth knowing.', 'Wants a quote for gutters', { maxLength: 1_000 });

export const dispositionFields = Type.Object(
  { value, note: Type.Optional(Type.Unsafe<string | null>(nullable(note))) },
  STRICT,
);

/** What has been said of a call. */
export const dispositionHistory = Type.Object({
  callId: idField<CallId>('call_', 'The call.'),
  value: nullable(value),
  note: nullable(note),
  history: Type.Array(
    Type.Object({
      value,
      note: nullable(note),
      at: isoField('When it was said.'),
      keyId: nullable(Type.String({ description: 'Whose key said it.' })),
    }),
    { description: 'All that was ever said of it, oldest first; the last is what counts.' },
  ),
  openProposalId: nullable(idField('prp_', 'The refund that is proposed because of it and waits for a person.')),
});

const WORD = { value: 'spam', note: 'A recorded announcement' };

export const DISPOSITION_EXAMPLE = {
  callId: exampleId('call_'),
  ...WORD,
  history: [{ ...WORD, at: '2026-11-23T09:12:44.000Z', keyId: exampleId('key_') }],
  openProposalId: exampleId('prp_'),
};
