import { Type } from 'typebox';

import type { PromptId } from '../../domain/ids.ts';
import { promptName } from '../prompt-upload.ts';
import { exampleId, idField, isoField, STRICT } from '../schemas/fields.ts';
import { listQuery } from '../schemas/page.ts';

/** What a client writes of a prompt, its sound apart. */
export const promptFields = Type.Object({ name: promptName }, STRICT);

/** What is uploaded, as the API's description has it: what a form's parts are no schema checks. */
export const promptForm = Type.Object(
  {
    file: Type.String({
      format: 'binary',
      description:
        'A WAV file: PCM of 8, 16, 24 or 32 bits, 32-bit float, µ-law or A-law, mono or stereo, 8 to 96 kHz, up to five minutes and 64 MB.',
    }),
    name: Type.Optional(Type.String({ description: "What you call it; the file's own name where absent." })),
  },
  { examples: [{ file: '(the bytes of greeting.wav)', name: 'Roofing, greeting' }] },
);

export const promptQuery = listQuery({
  name: Type.Optional(promptName),
  builtIn: Type.Optional(Type.Boolean({ description: 'Those that come with the product, or those that do not.' })),
});

/** A prompt as it is read. */
export const prompt = Type.Object(
  {
    id: idField<PromptId>('prm_', 'Given when it was uploaded.'),
    name: promptName,
    durationMs: Type.Integer({ minimum: 0, description: 'How long it is, in milliseconds.', examples: [4_107] }),
    builtIn: Type.Boolean({ description: 'It comes with the product, and stays as it is.' }),
    createdAt: isoField('When it was uploaded.'),
    updatedAt: isoField('When it was last renamed.'),
    revision: Type.Integer({ minimum: 1, description: 'Grows by one with each change; the ETag.', examples: [1] }),
  },
  { $id: 'Prompt', description: 'Something to be heard.' },
);

export const PROMPT_EXAMPLE = {
  id: exampleId('prm_'),
  name: 'Roofing, greeting',
  durationMs: 4_107,
  builtIn: false,
  createdAt: '2026-11-21T14:03:05.123Z',
  updatedAt: '2026-11-21T14:03:05.123Z',
  revision: 1,
};
