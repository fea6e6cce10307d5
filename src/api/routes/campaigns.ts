import { Type, type Static } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { AfterHours, PriceTier } from '../../domain/plan/campaign.ts';
import { campaignFields } from './campaigns.schema.ts';
import { defineCollection } from './collection.ts';
import { needsMediaServer } from './media-features.ts';

type CampaignFields = Static<typeof campaignFields>;

const { name, vertical, status } = campaignFields.properties;

export const campaigns = defineCollection({
  kind: 'campaigns',
  name: 'Campaign',
  idPrefix: 'cmp_',
  description: 'One offer: its terms, its screening and how its calls find a buyer.',
  fields: campaignFields,
  filters: {
    name: Type.Optional(name),
    vertical: Type.Optional(vertical),
    status: Type.Optional(status),
    archived: Type.Optional(Type.Boolean()),
  },
  example: {
    name: 'Roofing, California',
    vertical: 'roofing',
    status: 'live',
    minTalkS: 60,
    priceMicros: 45_000_000,
    tiers: [{ minTalkS: 300, priceMicros: 60_000_000 }],
    duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
    screening: { anonymous: 'allow', maxCallsPerAniPerHour: 5 },
    reviewRules: { spam: 'propose-refund', 'wrong-category': 'propose-refund' },
  },
  parse: (fields) => {
    const problems = [...checkTiers(fields), ...checkLength(fields), ...checkMedia(fields)];
    if (problems.length > 0) return problems;
    const { ivr: _, ...rest } = fields;
    return { ...rest, afterHours: readAfterHours(fields.afterHours) };
  },
});

function checkTiers({ minTalkS, tiers }: { minTalkS: number; tiers: readonly PriceTier[] }): InputProblem[] {
  return tiers.flatMap((tier, index) => {
    const before = tiers[index - 1]?.minTalkS ?? minTalkS;
    const path = `/tiers/${index}/minTalkS`;
    if (index === 0 && tier.minTalkS < before) {
      return [
        { path, message: `A call is not billable before ${before} s (minTalkS): begin the tiers there or later.` },
      ];
    }
    if (index > 0 && tier.minTalkS <= before) {
      return [{ path, message: `Tiers go upwards, and the one before begins at ${before} s: write more than that.` }];
    }
    return [];
  });
}

/** Conversations are ended at `maxCallS`: what asks for a longer one never comes to be. */
function checkLength({ minTalkS, tiers, maxCallS }: CampaignFields): InputProblem[] {
  const message = `Calls are ended after ${maxCallS} s (maxCallS), so none would reach it: write that or less, or raise maxCallS.`;
  return [
    ...(minTalkS > maxCallS ? [{ path: '/minTalkS', message }] : []),
    ...tiers.flatMap((tier, index) =>
      tier.minTalkS > maxCallS ? [{ path: `/tiers/${index}/minTalkS`, message }] : [],
    ),
  ];
}

/** Everything that only a media server could do. */
function checkMedia({ media, record, prompts, ivr, afterHours }: CampaignFields): InputProblem[] {
  const problems = Object.keys(prompts).map((name) => needsMediaServer(`/prompts/${name}`, 'Playing a prompt'));
  if (media === 'anchored') problems.push(needsMediaServer('/media', 'Anchored audio'));
  if (record) problems.push(needsMediaServer('/record', 'Recording'));
  if (ivr !== undefined) problems.push(needsMediaServer('/ivr', 'An IVR'));
  return [...problems, ...checkAfterHours(afterHours)];
}

function checkAfterHours({ action, promptId, destinationId }: CampaignFields['afterHours']): InputProblem[] {
  const problems: InputProblem[] = [];
  if (action === 'voicemail') problems.push(needsMediaServer('/afterHours/action', 'Voicemail'));
  if (promptId !== undefined) problems.push(needsMediaServer('/afterHours/promptId', 'Playing a prompt'));
  if (action === 'forward') {
    const message = 'Forwarding after hours is not in this version: use reject or hangup.';
    problems.push({ path: '/afterHours/action', message });
  } else if (destinationId !== undefined) {
    const message = 'Only the action forward has a destination: leave it out.';
    problems.push({ path: '/afterHours/destinationId', message });
  }
  return problems;
}

/** The two actions that `checkAfterHours` lets through. */
function readAfterHours({ action }: CampaignFields['afterHours']): AfterHours {
  return action === 'hangup' ? { action } : { action: 'reject' };
}
