import type { PromptId } from '../ids.ts';
import type { Campaign } from './campaign.ts';
import type { Destination } from './party.ts';
import type { RoutingPlan } from './routing-plan.ts';

/** A prompt that something plays, and the JSON Pointer of where it says so. */
export interface NamedPrompt {
  readonly path: string;
  readonly id: PromptId;
}

/** Every prompt that the fields of something in the plan name, whatever of them is there. */
export function promptsNamedIn(kind: Exclude<keyof RoutingPlan, 'version'>, fields: object): readonly NamedPrompt[] {
  switch (kind) {
    case 'campaigns':
      return namedByCampaign(fields);
    case 'destinations':
      return namedByDestination(fields);
    default:
      return [];
  }
}

function namedByCampaign({ prompts, afterHours, ivr }: Partial<Campaign>): readonly NamedPrompt[] {
  return [
    ...Object.entries(prompts ?? {}).flatMap(([name, id]) => named(`/prompts/${name}`, id)),
    ...(afterHours !== undefined && 'promptId' in afterHours ? named('/afterHours/promptId', afterHours.promptId) : []),
    ...Object.entries(ivr?.steps ?? {}).flatMap(([name, step]) => [
      ...('prompt' in step ? named(`/ivr/steps/${name}/prompt`, step.prompt) : []),
      ...('invalidPrompt' in step ? named(`/ivr/steps/${name}/invalidPrompt`, step.invalidPrompt) : []),
    ]),
  ];
}

function namedByDestination({ whisper }: Partial<Destination>): readonly NamedPrompt[] {
  return named('/whisper', whisper);
}

function named(path: string, id: PromptId | undefined): readonly NamedPrompt[] {
  return id === undefined ? [] : [{ path, id }];
}
