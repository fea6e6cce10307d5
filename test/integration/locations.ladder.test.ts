import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Cdr } from '../../src/domain/call/cdr.ts';
import { runInMemory } from '../support/memory-terminal.ts';
import { answers } from '../support/phone/behaviours.ts';
import type { SipRequest } from '../support/phone/sip-wire.ts';
import { DID } from '../support/provision.ts';
import { CALLER, Stage } from './stage.ts';

const BELIEVED = { trustLocation: true };

/** A buyer for New York, where the caller's number is from, and one for California; each with its name as its area's. */
async function twoStates(trunk: object): Promise<Stage> {
  const stage = await Stage.set({ buyers: { NY: answers(), CA: answers() }, trunk });
  for (const state of ['NY', 'CA']) {
    const area = await stage.product.post('/areas', { name: state, include: [{ state }] });
    await stage.product.patch(`/routes/${stage.ids.routeIds[state]}`, { areaId: area.id });
  }
  return stage;
}

/** A call with these headers, from its INVITE to its record. */
async function completed(
  stage: Stage,
  buyer: string,
  headers: Record<string, string>,
): Promise<{ cdr: Cdr; seenByBuyer: SipRequest }> {
  const [call, { invite }] = await stage.connect(buyer, { headers });
  await call.bye();
  return { cdr: await stage.onlyCdr(), seenByBuyer: invite };
}

describe('where a publisher says the caller is', () => {
  it('decides who rings, where the trunk is trusted for it; the buyer gets none of the headers', async () => {
    const stage = await twoStates(BELIEVED);
    const headers = { 'X-Caller-Zip': '94110-1234', 'X-Caller-State': 'TX' };
    const { cdr, seenByBuyer } = await completed(stage, 'CA', headers);
    expect(cdr.location).toEqual({
      source: 'publisher',
      country: 'US',
      state: 'CA',
      zip: '94110',
      npa: '212',
      npaNxx: '212555',
      timezone: 'America/Los_Angeles',
    });
    expect(cdr.decision?.location).toEqual(cdr.location);
    expect(JSON.stringify(seenByBuyer)).not.toMatch(/X-Caller|94110/i);
  });

  it.each([
    ['a state', { 'X-Caller-State': 'ca' }, { country: 'US', state: 'CA', zip: null }],
    ['a Canadian postal code', { 'X-Caller-Zip': 'm5v 2t6' }, { country: 'CA', state: 'ON', zip: 'M5V2T6' }],
    ['a ZIP that is unknown, with its state', { 'X-Caller-Zip': '99999', 'X-Caller-State': 'CA' }, { state: 'CA' }],
  ])('may be %s', async (_what, headers, location) => {
    const stage = await Stage.set({ buyers: { ann: answers() }, trunk: BELIEVED });
    const { cdr } = await completed(stage, 'ann', headers);
    expect(cdr.location).toMatchObject({ source: 'publisher', ...location });
  });

  it('is not believed of a trunk that is not trusted for it', async () => {
    const stage = await twoStates({ trustIdentity: true });
    const { cdr } = await completed(stage, 'NY', { 'X-Caller-Zip': '94110', 'X-Caller-State': 'CA' });
    expect(cdr.location).toMatchObject({ source: 'number', state: 'NY', zip: null });
  });

  it.each([
    ['too short a ZIP', { 'X-Caller-Zip': '9411' }],
    ['two ZIPs', { 'X-Caller-Zip': '94110, 10001' }],
    ['no text', { 'X-Caller-Zip': '', 'X-Caller-State': '' }],
    ['a ZIP of a thousand digits', { 'X-Caller-Zip': '9'.repeat(1_000) }],
    ['a state of nowhere', { 'X-Caller-State': 'XX' }],
    ['a state in full', { 'X-Caller-State': 'California' }],
  ])('is passed over where it is %s, and the call is taken', async (_what, headers) => {
    const stage = await twoStates(BELIEVED);
    const { cdr } = await completed(stage, 'NY', headers);
    expect(cdr).toMatchObject({ outcome: 'connected', location: { source: 'number', state: 'NY', zip: null } });
  });

  it('is asked about in advance with the same answer, and decided once more with the same bytes', async () => {
    const stage = await twoStates(BELIEVED);
    const { cdr } = await completed(stage, 'CA', { 'X-Caller-Zip': '94110' });
    const question = { did: DID, ani: CALLER, at: cdr.decision?.at, seed: cdr.decision?.seed, publisherZip: '94110' };
    const { outcome, ...decision } = await stage.product.post('/route-decisions', question);
    expect(outcome).toBeNull();
    expect(decision).toEqual(cdr.decision);

    const env = { TOLLGATE_DATA_DIR: stage.product.dataDir };
    expect((await runInMemory(['replay', cdr.id], env)).stdout).toContain('Same: its 2 candidates, byte for byte.');
    const change = join(stage.product.dataDir, 'change.yaml');
    writeFileSync(change, 'areas:\n  NY: { include: [{ state: CA }] }\n');
    const period = ['--from', cdr.receivedAt, '--to', '2100-01-01T00:00:00Z', '--change', change, '--json'];
    const { stdout } = await runInMemory(['what-if', ...period], env);
    // The buyer of New York has the better priority, and would now serve where the publisher says the caller is.
    expect(JSON.parse(stdout)).toMatchObject({ calls: 1, moved: 1 });
  });

  it('stands behind the ZIP that the caller enters', async () => {
    const stage = await twoStates(BELIEVED);
    const question = { did: DID, ani: CALLER, zip: '10001', publisherZip: '94110', publisherState: 'CA' };
    const { location } = await stage.product.post('/route-decisions', question);
    expect(location).toMatchObject({ source: 'entered', state: 'NY', zip: '10001' });
  });
});
