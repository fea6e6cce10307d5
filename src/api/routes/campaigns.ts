import { Type, type Static } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { IvrFlow } from '../../domain/ivr/ivr-flow.ts';
import { parseIvr } from '../../domain/ivr/parse-ivr.ts';
import type { AfterHours, Campaign, PriceTier } from '../../domain/plan/campaign.ts';
import { campaignFields } from './campaigns.schema.ts';
import { checkPayoutsOfCampaign } from './check-payout.ts';
import { checkRoutesOfCampaign } from './check-route.ts';
import { defineCollection } from './collection.ts';
import { needsMediaServer } from './media-features.ts';
import type { Saving } from './surroundings.ts';

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
  parse: (fields, { mediaServer }) => {
    const { ivr: asked, ...rest } = fields;
    const problems = [...checkTiers(fields), ...checkLength(fields), ...(mediaServer ? [] : checkMedia(fields))];
    const afterHours = readAfterHours(fields.afterHours);
    const ivr = asked === undefined || !mediaServer ? {} : readIvr(asked);
    if (isProblems(afterHours)) problems.push(...afterHours);
    if (isProblems(ivr)) problems.push(...ivr);
    if (problems.length > 0 || isProblems(afterHours) || isProblems(ivr)) return problems;
    return { ...rest, ...ivr, afterHours };
  },
  check: async (saving, around) => [
    ...checkDuplicates(saving),
    ...(await checkRoutesOfCampaign(saving, around)),
    ...(await checkPayoutsOfCampaign(saving, around)),
  ],
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

/** A rule that is off does nothing to routing: whoever asks for that must say how long it looks back. */
function checkDuplicates({ resource: { duplicates }, before }: Saving<Campaign>): InputProblem[] {
  const { windowDays, routing } = duplicates;
  const isOld = before?.duplicates.windowDays === windowDays && before.duplicates.routing === routing;
  if (windowDays > 0 || routing === 'allow' || isOld) return [];
  const message = `0 turns the rule off, so that "routing": "${routing}" would do nothing: write 1 or more days, or "allow" there.`;
  return [{ path: '/duplicates/windowDays', message }];
}

/** Everything that only a media server could do. */
function checkMedia({ media, record, prompts, ivr, afterHours }: CampaignFields): InputProblem[] {
  const problems = Object.keys(prompts).map((name) => needsMediaServer(`/prompts/${name}`, 'Playing a prompt'));
  if (media === 'anchored') problems.push(needsMediaServer('/media', 'Anchored audio'));
  if (record) problems.push(needsMediaServer('/record', 'Recording'));
  if (ivr !== undefined) problems.push(needsMediaServer('/ivr', 'An IVR'));
  const { action, promptId } = afterHours;
  if (action === 'voicemail') problems.push(needsMediaServer('/afterHours/action', 'Voicemail'));
  if (promptId !== undefined) problems.push(needsMediaServer('/afterHours/promptId', 'Playing a prompt'));
  return problems;
}

/** The fields of the action that was chosen; what belongs to another is refused, but for what says nothing. */
function readAfterHours({
  action,
  promptId,
  destinationId,
  billable = false,
}: CampaignFields['afterHours']): AfterHours | readonly InputProblem[] {
  const problems: InputProblem[] = [];
  const plays = action === 'hangup' || action === 'voicemail';
  if (promptId !== undefined && !plays) {
    const message = 'Only the actions hangup and voicemail play a prompt: leave it out, or use one of them.';
    problems.push({ path: '/afterHours/promptId', message });
  }
  if (destinationId !== undefined && action !== 'forward') {
    const message = 'Only the action forward has a destination: leave it out.';
    problems.push({ path: '/afterHours/destinationId', message });
  }
  if (billable && action !== 'forward') {
    problems.push({ path: '/afterHours/billable', message: 'Only calls that are forwarded are billed: leave it out.' });
  }
  if (action === 'forward' && destinationId === undefined) {
    problems.push({ path: '/afterHours/destinationId', message: 'This is required: where forwarded calls go.' });
  }
  if (problems.length > 0) return problems;
  if (action === 'forward' && destinationId !== undefined) return { action, destinationId, billable };
  return plays && promptId !== undefined ? { action, promptId } : { action: plays ? action : 'reject' };
}

function readIvr(asked: NonNullable<CampaignFields['ivr']>): { readonly ivr: IvrFlow } | readonly InputProblem[] {
  const flow = parseIvr(asked);
  return isProblems(flow) ? flow.map(({ path, message }) => ({ path: `/ivr${path}`, message })) : { ivr: flow };
}

function isProblems(read: object): read is readonly InputProblem[] {
  return Array.isArray(read);
}
