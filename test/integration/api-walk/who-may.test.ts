import { describe, expect, it } from 'vitest';

import type { BuyerId, PublisherId } from '../../../src/domain/ids.ts';
import type { ApiRole } from '../../../src/store/api-keys.ts';
import { ASKS } from './asks/all.ts';
import type { HowToAsk } from './asks/ask-table.ts';
import { readDescription } from './operations.ts';
import { WalkStage, type Holder } from './walk-stage.ts';
import { WHO_MAY } from './who-may.ts';

const HOLDERS: readonly Holder[] = ['admin', 'operator', 'viewer', 'buyer', 'publisher'];

const HOW: Readonly<Record<string, readonly HowToAsk[]>> = Object.assign({}, ...Object.values(ASKS));

interface OwnStage {
  readonly stage: WalkStage;
  /** By the beginning of a path: the party itself, which has to be the one that the key is for. */
  readonly parties: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<Holder, { readonly authorization: string }>>;
}

/** A stage on which every call is one buyer's and one publisher's, with a key for each of the two and each role. */
async function withOwners(): Promise<OwnStage> {
  const stage = await WalkStage.set();
  const buyer = (await stage.samples.create('buyers')).id as BuyerId;
  const publisher = (await stage.samples.create('publishers')).id as PublisherId;
  stage.giveCallsTo({ buyerId: buyer, publisherId: publisher });
  const roles: Readonly<Record<Holder, ApiRole>> = {
    admin: 'admin',
    operator: 'operator',
    viewer: 'viewer',
    buyer: `buyer:${buyer}`,
    publisher: `publisher:${publisher}`,
  };
  const headers = await Promise.all(
    HOLDERS.map(async (holder) => [holder, { authorization: `Bearer ${await stage.api.keyFor(roles[holder])}` }]),
  );
  return { stage, parties: { buyers: buyer, publishers: publisher }, headers: Object.fromEntries(headers) };
}

describe('Who may call each operation', () => {
  it('is written down for each, and described as it is written', async () => {
    const { operations } = await readDescription((await WalkStage.set()).api);
    const described = operations.map(({ name, roles }) => [name, roles.length === 0 ? 'public' : roles]);
    expect(Object.fromEntries(described)).toEqual(WHO_MAY);
  });

  it.each(HOLDERS)(
    'is so for the key of one %s, asking for what is its own: done, or refused as forbidden',
    async (holder) => {
      const { stage, parties, headers } = await withOwners();
      const { operations } = await readDescription(stage.api);
      const wrong: string[] = [];
      for (const { name, method, path } of operations) {
        const who = WHO_MAY[name] ?? [];
        const [how] = HOW[name] ?? [];
        if (who === 'public' || how === undefined) continue;
        const ask = await how(stage);
        const own = parties[/^\/v1\/(\w+)\/\{id\}\/statement$/.exec(path)?.[1] ?? ''];
        const params = own === undefined ? ask.params : { id: own };
        const asked = { ...ask, ...(params && { params }), headers: { ...ask.headers, ...headers[holder] } };
        const { status, body } = await stage.send({ method, path }, asked);
        const isRight = who.includes(holder) ? status < 400 : status === 403;
        if (!isRight) wrong.push(`${name} answered ${status} ${body.slice(0, 200)}`);
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});
