import { Type } from 'typebox';

import { DISPOSITIONS } from '../../domain/call/disposition.ts';
import type { CallId, CampaignId } from '../../domain/ids.ts';
import { PROPOSAL_STATUSES } from '../../store/ledger/proposals.ts';
import { choiceField, exampleId, idField, isoField, nullable, STRICT, textField } from '../schemas/fields.ts';
import { listQuery } from '../schemas/page.ts';

const callId = idField<CallId>('call_', 'The call.');
const campaignId = idField<CampaignId>('cmp_', 'Its campaign, whose review rules asked for this.');
const status = choiceField(
  PROPOSAL_STATUSES,
  '`open` waits for a person; `withdrawn` was overtaken by another disposition or a refund.',
);
const reason = textField('Why.', 'Heard the recording: a wrong number', { maxLength: 500 });

export const proposalsQuery = listQuery({
  status: Type.Optional(status),
  callId: Type.Optional(callId),
  campaignId: Type.Optional(campaignId),
});

export const decisionFields = Type.Object({ reason: Type.Optional(reason) }, STRICT);

/** A refund that waits for a person, or waited. */
export const proposal = Type.Object(
  {
    id: idField('prp_', 'Given when it is proposed.'),
    callId,
    campaignId: nullable(campaignId),
    action: choiceField(['refund'], 'What is proposed.'),
    disposition: choiceField(DISPOSITIONS, 'What was said of the call.'),
    status,
    proposedAt: isoField('When it was proposed.'),
    decidedAt: nullable(isoField('When it was decided; null while open.')),
    decidedBy: nullable(Type.String({ description: 'Whose key decided it.' })),
    reason: nullable(reason),
  },
  { $id: 'AdjustmentProposal', description: "A refund that a campaign's review rules propose." },
);

export const PROPOSAL_EXAMPLE = {
  id: exampleId('prp_'),
  callId: exampleId('call_'),
  campaignId: exampleId('cmp_'),
  action: 'refund',
  disposition: 'spam',
  status: 'open',
  proposedAt: '2026-11-23T09:12:44.000Z',
  decidedAt: null,
  decidedBy: null,
  reason: null,
};
