import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { sample } from '../../test/support/sample-plan.ts';
import type { TrunkId } from '../domain/ids.ts';
import type { Gateway, Trunk } from '../domain/plan/trunk.ts';
import { GatewayWatch, PROBE_AGAIN_MS, PROBE_EVERY_MS, PROBE_LIMIT_MS } from './gateway-watch.ts';

const ONE = 'sip:gw1.example';
const TWO = 'sip:gw2.example';

function trunk(id: string, uris: readonly string[], fields: Partial<Trunk> = {}): Trunk {
  const gateways = uris.map((uri): Gateway => ({ uri, priority: 1, weight: 1 }));
  return { id: id as TrunkId, ...sample.trunk({ gateways, ...fields }) };
}

type Answer = number | null | 'silence' | 'no-link';

/** A watch whose gateways answer as the test says, 200 unless it does, without jitter. */
function setUp(draw = 0.5) {
  const clock = new ManualClock();
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const late: ((status: number | null) => void)[] = [];
  const changes: string[] = [];
  const watch = new GatewayWatch({
    clock,
    draw: () => draw,
    onChange: (uri, state) => changes.push(`${uri} ${state}`),
    prober: {
      probe(uri, heard) {
        const answer = answers.get(uri) ?? 200;
        if (answer === 'no-link') return false;
        asked.push(uri);
        if (answer === 'silence') late.push(heard);
        else heard(answer);
        return true;
      },
    },
  });
  const stateOf = (trunkId: string, uri = ONE): string | undefined =>
    watch.gatewaysOf(trunkId)?.find(({ gateway }) => gateway.uri === uri)?.health.state;
  return { clock, answers, asked, late, changes, watch, stateOf };
}

/** From the first probe until it counts as down: three limits and two short pauses. */
const DYING_MS = 3 * PROBE_LIMIT_MS + 2 * PROBE_AGAIN_MS;

describe('watching gateways', () => {
  it('asks each soon after it is known, and then every half a minute', () => {
    const { clock, asked, watch, stateOf, changes } = setUp();
    watch.watch([trunk('t', [ONE])]);
    expect(stateOf('t')).toBe('unknown');
    clock.advance(1_000);
    expect(stateOf('t')).toBe('up');
    clock.advance(3 * PROBE_EVERY_MS);
    expect(asked).toHaveLength(4);
    expect(changes).toEqual([`${ONE} up`]);
  });

  it.each([0, 0.999])('strays from its pace by a fifth at the most (draw %f)', (draw) => {
    const { clock, asked, watch } = setUp(draw);
    watch.watch([trunk('t', [ONE])]);
    clock.advance(1_000);
    const before = asked.length;
    clock.advance(10 * PROBE_EVERY_MS);
    expect(asked.length - before).toBe(draw === 0 ? 12 : 8);
  });

  it('finds a silent one down after three misses, asked faster between them, and up again by itself', () => {
    const { clock, answers, asked, watch, stateOf, changes } = setUp(0.5);
    answers.set(ONE, 'silence');
    watch.watch([trunk('t', [ONE])]);
    clock.advance(500 + DYING_MS - 1);
    expect([stateOf('t'), asked.length]).toEqual(['unknown', 3]);
    clock.advance(1);
    expect(stateOf('t')).toBe('down');
    expect(watch.isDown(ONE)).toBe(true);
    answers.set(ONE, 200);
    clock.advance(PROBE_AGAIN_MS);
    expect(stateOf('t')).toBe('up');
    expect(changes).toEqual([`${ONE} down`, `${ONE} up`]);
  });

  it('counts 503 like silence, and takes a late answer for the sign of life it is', () => {
    const { clock, answers, late, watch, stateOf } = setUp();
    answers.set(ONE, 503);
    watch.watch([trunk('t', [ONE])]);
    clock.advance(500 + 2 * PROBE_AGAIN_MS);
    expect(stateOf('t')).toBe('down');
    expect(watch.gatewaysOf('t')?.[0]?.health).toMatchObject({ misses: 3, lastStatus: 503 });
    answers.set(ONE, 'silence');
    clock.advance(PROBE_AGAIN_MS + PROBE_LIMIT_MS);
    late[0]?.(408);
    expect(watch.gatewaysOf('t')?.[0]?.health.misses).toBe(4);
    late[0]?.(200);
    expect(stateOf('t')).toBe('up');
  });

  it('says nothing of them while we have no SIP server ourselves', () => {
    const { clock, answers, watch, stateOf } = setUp();
    answers.set(ONE, 'no-link');
    watch.watch([trunk('t', [ONE])]);
    clock.advance(10 * PROBE_EVERY_MS);
    expect(stateOf('t')).toBe('unknown');
  });

  it('asks at once where a call failed, but not twice at a time', () => {
    const { clock, answers, asked, watch } = setUp();
    watch.watch([trunk('t', [ONE])]);
    clock.advance(1_000);
    answers.set(ONE, 'silence');
    watch.suspect(ONE);
    watch.suspect(ONE);
    watch.suspect('sip:unknown.example');
    expect(asked).toHaveLength(2);
    clock.advance(DYING_MS);
    expect(watch.isDown(ONE)).toBe(true);
  });

  it('asks once for a gateway that trunks share, and not at all where that is switched off', () => {
    const { clock, asked, watch, stateOf } = setUp();
    const quiet = trunk('quiet', []);
    watch.watch([
      trunk('a', [ONE]),
      trunk('b', [ONE]),
      { ...quiet, gateways: [{ uri: TWO, priority: 1, weight: 1, probe: false }] },
      trunk('off', ['sip:off.example'], { enabled: false }),
    ]);
    clock.advance(1_000);
    expect(asked).toEqual([ONE]);
    expect([stateOf('a'), stateOf('b'), stateOf('quiet', TWO)]).toEqual(['up', 'up', 'unknown']);
    expect(stateOf('off', 'sip:off.example')).toBe('unknown');
    expect(watch.known()).toEqual([
      { trunkId: 'a', uri: ONE, isUp: true },
      { trunkId: 'b', uri: ONE, isUp: true },
    ]);
    expect(watch.gatewaysOf('nobody')).toBeUndefined();
  });

  it('keeps what it knows over a change of plan, and forgets what has gone, its timers with it', () => {
    const { clock, answers, late, watch, stateOf } = setUp();
    answers.set(TWO, 'silence');
    watch.watch([trunk('t', [ONE, TWO])]);
    clock.advance(1_000);
    watch.watch([trunk('t', [ONE])]);
    expect([stateOf('t'), stateOf('t', TWO), clock.running]).toEqual(['up', undefined, 1]);
    late[0]?.(200);
    expect(clock.running).toBe(1);
    watch.close();
    expect(clock.running).toBe(0);
  });
});
