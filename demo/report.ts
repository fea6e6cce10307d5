import pc from 'picocolors';
import type { Verdict } from '../src/domain/billing/verdict.ts';
import type { Cdr } from '../src/domain/call/cdr.ts';
import type { Candidate } from '../src/domain/routing/route-decision.ts';
import type { Names } from './provision.ts';

/** A call in a few lines: what became of it, who owes what and why, and why each route was or was not chosen. */
export function describeCall(cdr: Cdr, names: Names): string[] {
  const end = cdr.outcome === 'connected' ? pc.green('connected') : pc.yellow(cdr.outcome ?? '?');
  const talk = cdr.connectedAt === null ? '' : `, talked ${(cdr.talkMs / 1_000).toFixed(3)} s`;
  const routes = cdr.decision?.candidates.map((candidate) => `  ${describeCandidate(candidate, cdr, names)}`) ?? [];
  return [
    `${pc.bold(cdr.id)}  ${end}, caller saw ${cdr.sipStatus}${talk}`,
    `  buyer owes      ${describeVerdict(cdr.buyerVerdict)}`,
    `  publisher earns ${describeVerdict(cdr.publisherVerdict)}`,
    ...routes,
  ];
}

/** Micros as money, `$25.00`. */
export function dollars(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(2)}`;
}

function describeVerdict(verdict: Verdict | null): string {
  if (!verdict) return pc.dim('nothing');
  const amount = dollars(verdict.amountMicros).padStart(7);
  return `${verdict.billable ? pc.green(amount) : pc.yellow(amount)}  ${verdict.reason}`;
}

function describeCandidate(candidate: Candidate, cdr: Cdr, names: Names): string {
  const name = (names.get(candidate.destinationId) ?? candidate.destinationId).padEnd(20);
  const values = Object.entries(candidate.values)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => (key === 'priceMicros' ? `price ${dollars(Number(value))}` : `${key} ${value}`))
    .join(', ');
  if (candidate.verdict === 'rejected')
    return `${pc.red('✗')} ${name} ${candidate.reason}${values ? pc.dim(`  (${values})`) : ''}`;
  const attempt = cdr.attempts.find(({ routeId }) => routeId === candidate.routeId);
  const tried = attempt
    ? attempt.reason === null
      ? 'answered'
      : `tried: ${attempt.reason}, ${attempt.sipStatus}`
    : 'not needed';
  return `${pc.green('✓')} ${name} place ${candidate.place}, ${tried}${values ? pc.dim(`  (${values})`) : ''}`;
}
