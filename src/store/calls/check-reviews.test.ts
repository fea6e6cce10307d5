import { describe, expect, it } from 'vitest';

import { servedFolder, tamper } from '../../../test/support/cli-store.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { settleCall } from '../../../test/support/settle-call.ts';
import type { CallId } from '../../domain/ids.ts';

/** A call that was said to be spam after it was said to be booked, with a refund proposed for it; and one unreviewed. */
async function withReview() {
  const { store, dataDir } = servedFolder();
  const rules = sample.campaign({ reviewRules: { spam: 'propose-refund' } });
  const { id: campaignId } = await store.resources.create('campaigns', rules);
  for (const id of ['call_1', 'call_2']) await settleCall(store, id, { campaignId });
  for (const value of ['booked', 'spam'] as const) {
    await store.dispositions.set('call_1' as CallId, { value, note: 'Heard it', keyId: 'key_1' });
  }
  return { store, dataDir };
}

describe('The disposition of a call', () => {
  it('is the last word that was said of it', async () => {
    const { store } = await withReview();
    expect(store.dispositions.check()).toEqual({ calls: 1, problems: [] });
  });

  it.each([
    ["UPDATE dispositions SET value = 'booked'", 'its disposition is booked, but the last word was spam'],
    ["UPDATE dispositions SET note = 'Never heard it'", 'the note or the time of its disposition is not that of the'],
    ['UPDATE dispositions SET at = at + 1', 'the note or the time of its disposition is not that of the last word'],
    ['DELETE FROM dispositions', 'its disposition is missing, the last word was spam'],
    ['DELETE FROM disposition_events', 'its disposition is spam, but nobody ever said so'],
    ["UPDATE adjustment_proposals SET disposition = 'booked'", 'a refund is proposed for booked, but its disposition'],
  ])('that is not, after %s, is told', async (change, told) => {
    const { store, dataDir } = await withReview();
    tamper(dataDir, change);
    expect(store.dispositions.check().problems[0]).toContain(`call_1: ${told}`);
  });

  it('is told for every call', async () => {
    const { store, dataDir } = await withReview();
    tamper(
      dataDir,
      "INSERT INTO dispositions (call_seq, value, at) SELECT seq, 'customer', 0 FROM calls WHERE id = 'call_2'",
    );
    expect(store.dispositions.check()).toEqual({
      calls: 2,
      problems: ['call_2: its disposition is customer, but nobody ever said so'],
    });
  });
});
