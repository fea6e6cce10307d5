import * as fc from 'fast-check';

import type { Cdr } from '../../src/domain/call/cdr.ts';
import type { DestinationId, RouteId } from '../../src/domain/ids.ts';
import type { Ani } from '../../src/domain/numbers/e164.ts';
import type { CallerLocation } from '../../src/domain/numbers/location.ts';
import type { Candidate, ReasonValues } from '../../src/domain/routing/route-decision.ts';
import type { IsoInstant } from '../../src/domain/time.ts';
import { endedCdr } from './sample-call.ts';

const digits = (length: number) =>
  fc.array(fc.nat({ max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''));

/** Callers of the NANP and of others; none of them can be a part of a sample's own fields. */
const callerNumbers: fc.Arbitrary<Ani> = fc
  .oneof(
    fc.tuple(fc.constantFrom('+1212555', '+1415867'), digits(4)),
    fc.tuple(fc.constantFrom('+4420718', '+4930', '+6591'), digits(6)),
  )
  .map(([head, tail]) => `${head}${tail}` as Ani);

/** Digits by which a number is found, however it is written. */
export function tellingDigits(ani: string): string {
  return ani.startsWith('+1') ? ani.slice(2) : ani.slice(-Math.min(9, ani.length - 3));
}

function locationOf(ani: Ani, zip: string | null): CallerLocation {
  const nanp = ani.startsWith('+1');
  return {
    source: zip === null ? 'number' : 'entered',
    country: nanp ? 'US' : 'GB',
    state: nanp ? 'NY' : null,
    zip,
    npa: nanp ? ani.slice(2, 5) : null,
    npaNxx: nanp ? ani.slice(2, 8) : null,
    timezone: nanp ? 'America/New_York' : null,
  };
}

/** What reasons compare, of the caller and of the configuration. */
function valuesOf(ani: Ani, zip: string | null): fc.Arbitrary<ReasonValues> {
  const { source: locationSource, country, state, npa } = locationOf(ani, zip);
  const place = { locationSource, country, state, zip, npa, area: 'Downtown' };
  return fc.constantFrom<ReasonValues>(
    {},
    { owner: 'buyer', used: 50, cap: 50, resetsAt: '2026-11-22T05:00:00.000Z' },
    place,
    { undecided: 'radius', ...place },
    { ...place, excludedBy: `prefix:${ani.slice(0, -2)}` },
    { ...place, excludedBy: `zip:${zip}` },
    { ...place, excludedBy: `state:${state}` },
  );
}

/** Records of ended calls, with the caller's number wherever the world outside may have put it. */
export const endedCdrs: fc.Arbitrary<Cdr> = fc
  .record({ ani: callerNumbers, zip: fc.option(digits(5)), anonymous: fc.boolean() })
  .chain(({ ani, zip, anonymous }) => {
    const said = fc.constantFrom(
      null,
      'normal',
      `SIP;cause=480;text="${ani} is away"`,
      `Q.850;cause=1;text="${ani.slice(2)}"`,
    );
    const location = locationOf(ani, zip);
    const candidate: fc.Arbitrary<Candidate> = valuesOf(ani, zip).map((values) => ({
      routeId: 'rte_1' as RouteId,
      destinationId: 'dst_1' as DestinationId,
      verdict: 'rejected',
      reason: 'out-of-area',
      values,
    }));
    return fc
      .record({
        callerName: fc.option(fc.constantFrom('Ada Lovelace', `ADA ${ani.slice(1)}`)),
        hangupCause: said,
        attempts: fc.array(said, { maxLength: 3 }),
        candidates: fc.array(candidate, { maxLength: 4 }),
        talkMs: fc.integer({ min: 0, max: 10_000_000 }),
        located: fc.boolean(),
        decided: fc.boolean(),
      })
      .map(({ callerName, hangupCause, attempts, candidates, talkMs, located, decided }) => {
        const at = '2026-11-21T14:00:00.000Z' as IsoInstant;
        return endedCdr('call_1', {
          ani: anonymous ? 'anonymous' : ani,
          // Without a number there is none to look for in what others said.
          hangupCause: anonymous ? 'normal' : hangupCause,
          callerName,
          talkMs,
          location: located ? location : null,
          decision: decided ? { seed: 1, snapshotVersion: 1, at, location, candidates } : null,
          attempts: (anonymous ? [] : attempts).map((cause, index) => ({
            seq: index + 1,
            routeId: 'rte_1' as RouteId,
            destinationId: 'dst_1' as DestinationId,
            gateway: '198.51.100.20:5060',
            startedAt: at,
            ringingAt: null,
            answeredAt: null,
            endedAt: at,
            pddMs: 180,
            sipStatus: 480,
            hangupCause: cause,
            reason: 'unavailable',
          })),
        });
      });
  });
