import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMediaServer } from '../../test/support/fake-media-server.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { STAND_IN } from './negotiation.ts';
import { ORPHANED_AFTER_MS, OrphanReaper } from './orphan-reaper.ts';

describe('channels that are left behind', () => {
  let clock: ManualClock;
  let server: FakeMediaServer;
  let reaper: OrphanReaper;
  const reaped: string[] = [];

  beforeEach(() => {
    clock = new ManualClock();
    server = new FakeMediaServer();
    reaped.length = 0;
    reaper = new OrphanReaper(clock, 'this-tollgate', (uuid) => reaped.push(uuid));
    server.answers.set('uuid_getvar ours', 'this-tollgate');
    server.answers.set('uuid_getvar theirs', 'another-tollgate');
    server.answers.set('uuid_getvar plain', '_undef_');
  });

  const thereAre = (...uuids: readonly string[]): void => {
    const rows = uuids.map((uuid) => ({ uuid, state: 'CS_EXECUTE' }));
    server.answers.set('show channels', JSON.stringify({ row_count: rows.length, ...(rows.length ? { rows } : {}) }));
  };
  const killed = (): readonly string[] => server.commands.filter((command) => command.startsWith('uuid_kill'));

  it("are ended once they have been ours and nobody's for 30 seconds", async () => {
    thereAre('ours', 'theirs', 'plain');
    expect(await reaper.sweep(server)).toBe(3);
    clock.advance(ORPHANED_AFTER_MS);
    await reaper.sweep(server);
    expect(killed()).toEqual([]);
    clock.advance(1);
    await reaper.sweep(server);
    expect([killed(), reaped]).toEqual([['uuid_kill ours'], ['ours']]);
  });

  it('are not those that a call holds', async () => {
    await server.createEndpoint(STAND_IN, {});
    thereAre('uuid-0');
    await reaper.sweep(server);
    clock.advance(ORPHANED_AFTER_MS + 1);
    await reaper.sweep(server);
    expect(killed()).toEqual([]);
  });

  it('are asked whose they are once, and again when they were gone between', async () => {
    thereAre('ours');
    await reaper.sweep(server);
    await reaper.sweep(server);
    expect(server.commands.filter((command) => command.startsWith('uuid_getvar'))).toHaveLength(1);
    thereAre();
    expect(await reaper.sweep(server)).toBe(0);
    clock.advance(ORPHANED_AFTER_MS + 1);
    thereAre('ours');
    await reaper.sweep(server);
    expect(killed()).toEqual([]);
  });

  it('may end by themselves while they are asked after', async () => {
    thereAre('ours');
    server.pace = () => {
      if (server.commands.length === 1) server.failing.add('command');
      return Promise.resolve();
    };
    expect(await reaper.sweep(server)).toBe(1);
  });
});
