import { Type, type Static } from 'typebox';

import { IVR_LIMITS } from '../../domain/ivr/ivr-flow.ts';
import { IVR_DEFAULTS, IVR_STEP_TYPES } from '../../domain/ivr/parse-ivr.ts';
import type { PromptId } from '../../domain/ids.ts';
import { categoryField } from '../schemas/category.ts';
import { choiceField, idField, integerField, STRICT } from '../schemas/fields.ts';

const stepName = (description: string) =>
  Type.String({ minLength: 1, maxLength: 64, description, examples: ['ask-zip'] });
const prompt = (description: string) => Type.Optional(idField<PromptId>('prm_', description));

/** A step, as any of its types may have it; `parseIvr` says which field is whose. */
const step = Type.Object(
  {
    type: choiceField(
      IVR_STEP_TYPES,
      '`play` plays, `menu` asks for a key, `collect` for a ZIP, `set` notes a category; `route`, `voicemail` and `hangup` end it.',
    ),
    prompt: prompt('What is played: of play, menu, collect, voicemail and, where wanted, hangup.'),
    next: Type.Optional(stepName('The step after it: of play, collect and set.')),
    choices: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        additionalProperties: stepName('The step for this key.'),
        description: 'Of menu: the step for each key, 0 to 9, * and #.',
        examples: [{ '1': 'repair', '2': 'ask-zip' }],
      }),
    ),
    as: Type.Optional(choiceField(['zip'], 'Of collect: what the digits are.')),
    digits: Type.Optional(
      integerField(`Of collect: how many; ${IVR_DEFAULTS.digits} where absent, as ZIPs have.`, IVR_LIMITS.digits, {
        examples: [5],
      }),
    ),
    timeoutS: Type.Optional(
      integerField(
        `Of menu and collect: seconds of silence that end an attempt; ${IVR_DEFAULTS.timeoutS} where absent.`,
        IVR_LIMITS.timeoutS,
        { examples: [5] },
      ),
    ),
    attempts: Type.Optional(
      integerField(
        `Of menu and collect: how often it asks; ${IVR_DEFAULTS.attempts} where absent.`,
        IVR_LIMITS.attempts,
        { examples: [3] },
      ),
    ),
    onFail: Type.Optional(stepName('Of menu and collect: the step after the last attempt came to nothing.')),
    invalidPrompt: prompt('Of menu and collect: played before asking again where an entry was wrong.'),
    category: Type.Optional(categoryField('Of set: what the caller wants. Routes may take some categories alone.')),
  },
  { ...STRICT, description: 'Which fields it has depends on its `type`.' },
);

/** What a campaign asks its callers, by step. */
export const ivrField = Type.Object(
  {
    start: stepName('The first step.'),
    steps: Type.Unsafe<Record<string, Static<typeof step>>>({
      type: 'object',
      additionalProperties: step,
      description: `The steps by name, ${IVR_LIMITS.steps} at most. Each is led to, and a caller who enters nothing comes to an end.`,
    }),
  },
  {
    ...STRICT,
    description: 'What callers are asked before routing; absent for nothing. Needs a media server.',
    examples: [
      {
        start: 'what',
        steps: {
          what: {
            type: 'menu',
            prompt: 'prm_default-menu',
            choices: { '1': 'repair', '2': 'message' },
            onFail: 'ask-zip',
          },
          repair: { type: 'set', category: 'roof-repair', next: 'ask-zip' },
          'ask-zip': { type: 'collect', prompt: 'prm_default-enter-zip', as: 'zip', next: 'end', onFail: 'end' },
          message: { type: 'voicemail', prompt: 'prm_default-voicemail' },
          end: { type: 'route' },
        },
      },
    ],
  },
);
