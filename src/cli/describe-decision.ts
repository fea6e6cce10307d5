import type { Explanation, ImaginedCall } from '../calls/explain-route.ts';
import type { CallerLocation } from '../domain/numbers/location.ts';
import type { Campaign } from '../domain/plan/campaign.ts';
import type { Did } from '../domain/plan/did.ts';
import { decisionOutcome } from '../domain/routing/decision-outcome.ts';
import type { Candidate, RouteDecision } from '../domain/routing/route-decision.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { describeValues } from './describe-values.ts';
import { renderTable } from './render-table.ts';
import type { Screen } from './terminal.ts';

/** A decision, and what it was made from. */
export interface Explained extends Explanation {
  readonly call: ImaginedCall;
  readonly did: Did;
  readonly campaign: Campaign;
  readonly snapshot: RoutingSnapshot;
}

/** A decision as a person reads it: who calls whom, every route with its reason, and what comes of it. */
export function describeDecision(explained: Explained, currency: string, screen: Screen): string {
  const { call, did, campaign, snapshot, decision } = explained;
  const { bold, dim } = screen.paint;
  const publisher = did.publisherId && snapshot.publisherById.get(did.publisherId)?.name;
  const rows = decision.candidates.map((candidate) => describeCandidate(candidate, snapshot, currency, screen));
  return [
    `${bold(did.number)}  campaign ${campaign.name} (${campaign.status})${publisher ? `, publisher ${publisher}` : ''}`,
    `${bold(call.ani)}  ${describeLocation(decision.location)}`,
    dim(`at ${decision.at}, seed ${decision.seed}, configuration version ${decision.snapshotVersion}`),
    '',
    rows.length === 0
      ? 'The campaign has no route: add one with POST /v1/routes.'
      : renderTable(screen, ['#', 'destination', 'buyer', 'verdict', 'why'], rows),
    '',
    describeOutcome(explained),
    ...leftOut(snapshot),
  ].join('\n');
}

function describeLocation({ source, country, state, zip, npa, timezone }: CallerLocation): string {
  const place = [country, state, zip, npa === null ? null : `area code ${npa}`, timezone].filter(
    (part) => part !== null,
  );
  const known = { entered: 'the ZIP entered', publisher: 'the publisher', number: 'the number', none: '' }[source];
  return place.length === 0 ? 'of no known location' : `${place.join(', ')}${known ? ` (known from ${known})` : ''}`;
}

function describeCandidate(
  { routeId, destinationId, ...found }: Candidate,
  { routeById }: RoutingSnapshot,
  currency: string,
  { paint }: Screen,
): string[] {
  const line = routeById.get(routeId);
  const selected = found.verdict === 'selected';
  return [
    selected ? paint.green(String(found.place)) : paint.red('-'),
    `${line?.destination.name ?? destinationId}\n${paint.dim(routeId)}`,
    line?.buyer.name ?? '',
    selected ? paint.green('selected') : paint.yellow(found.reason),
    describeValues(found.values, currency),
  ];
}

function describeOutcome({ campaign, snapshot, decision, refusal }: Explained): string {
  if (refusal?.when === 'before-routing') {
    const { cause, sipStatus, outcome } = refusal;
    return `Such a call does not come so far: it is refused with ${sipStatus} before routing (${outcome}: ${cause}).`;
  }
  const outcome = decisionOutcome(decision);
  switch (outcome.kind) {
    case 'routes':
      return describeRinging(decision, campaign, snapshot);
    case 'after-hours': {
      const next = outcome.nextOpening === null ? '' : `, the first opens at ${outcome.nextOpening}`;
      const closed = `all who serve this caller are closed${next}`;
      const { afterHours } = campaign;
      if (refusal === null && afterHours.action === 'forward') {
        const name = snapshot.destinationById.get(afterHours.destinationId)?.name ?? afterHours.destinationId;
        return `${name} rings, past the routes: ${closed}, and after hours the campaign forwards its calls there.`;
      }
      return `Nobody rings: ${closed}. After hours the campaign's action is ${afterHours.action}.`;
    }
    case 'no-route':
      return refusal?.cause === 'duplicate-caller'
        ? `Nobody rings: the caller was sold to every buyer who would take them. They get ${refusal.sipStatus}.`
        : 'Nobody rings: no route takes this call. The caller gets 480.';
  }
}

/** Who rings, in turn, and each once, by the first of their routes; those of one tier together where the campaign has it so. */
function describeRinging({ candidates }: RouteDecision, campaign: Campaign, { routeById }: RoutingSnapshot): string {
  const places = candidates.filter(({ verdict }) => verdict === 'selected');
  const selected = places
    .filter(({ destinationId }, place) => places.findIndex((other) => other.destinationId === destinationId) === place)
    .slice(0, campaign.maxAttempts)
    .map(({ routeId }, place) => {
      const line = routeById.get(routeId);
      return { name: line?.destination.name ?? routeId, turn: campaign.simultaneous ? line?.route.priority : place };
    });
  const turns = Array.from(Map.groupBy(selected, ({ turn }) => turn).values(), (group) =>
    group.map(({ name }) => name),
  );
  const [first = [], ...others] = turns;
  const verb = first.length > 1 ? 'ring first together' : 'rings first';
  return [`${first.join(' and ')} ${verb}`, ...others.map((names) => `then ${names.join(' and ')}`)].join(', ') + '.';
}

/** Routes that take part in no decision, for what they refer to can't be used. */
function leftOut({ problems }: RoutingSnapshot): string[] {
  return problems.filter(({ kind }) => kind === 'route').map(({ id, message }) => `${id}: ${message}`);
}
