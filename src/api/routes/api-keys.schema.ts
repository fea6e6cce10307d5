import { Type } from 'typebox';

import type { ApiRole } from '../../store/api-keys.ts';
import { idField, isoField, STRICT, textField } from '../schemas/fields.ts';

const name = textField('Whose it is, or what for.', 'Nightly export');
const role = Type.Unsafe<ApiRole>({
  type: 'string',
  maxLength: 80,
  pattern: '^(admin|operator|viewer|(buyer|publisher):[A-Za-z0-9_]+)$',
  'x-expects': 'Write admin, operator, viewer, buyer:<id> or publisher:<id>.',
  description:
    '`admin` may do all, `operator` all but manage keys and webhooks and read the audit log, `viewer` read all but those. ' +
    '`buyer:<id>` and `publisher:<id>` see the calls and the statement of that one.',
  examples: ['viewer'],
});

/** What a client writes of a key. */
export const apiKeyFields = Type.Object({ name, role }, STRICT);

const shared = {
  id: idField('key_', 'Given at creation.'),
  name,
  role: Type.String({ description: 'What it may do.', examples: ['viewer'] }),
  createdAt: isoField('When it was made.'),
};

/** A key as lists show it. */
export const apiKey = Type.Object(shared);

/** A key as it is shown once, when it is made. */
export const newApiKey = Type.Object({
  ...shared,
  key: Type.String({ description: 'The key itself. It is shown this once and kept as a hash only.' }),
});

export const API_KEY_EXAMPLE = {
  id: 'key_01JD6Z5V8QK3M4N7P9R2S5T8W1',
  name: 'Nightly export',
  role: 'viewer',
  createdAt: '2026-11-21T14:03:05.123Z',
};
