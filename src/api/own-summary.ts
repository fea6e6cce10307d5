import { AppError } from '../domain/app-error.ts';
import type { SummaryGroup, SummaryQuery } from '../reporting/summarize.ts';
import type { Figures, Side } from '../reporting/tally.ts';
import type { Belonging } from '../store/reports/report-calls.ts';
import { ownIdOf, type KeyHolder } from './holder.ts';

type Party = Exclude<Side, 'house'>;

/** Groups and filters that would name, or tell by what they find, what a party may not see of its calls. */
const BELONGINGS_HIDDEN: Readonly<Record<Party, readonly Belonging[]>> = {
  buyer: ['publisher'],
  publisher: ['buyer', 'destination'],
};

/** A buyer is not told what is paid out, a publisher not what is charged; neither, what the house keeps. */
const FIGURES_HIDDEN: Readonly<Record<Party, readonly (keyof Figures)[]>> = {
  buyer: ['payoutMicros', 'profitMicros'],
  publisher: ['chargeMicros', 'profitMicros'],
};

/**
 * What this key's summary is made of: whatever else it asks for, its own calls alone, seen from its own side.
 *
 * @throws AppError `forbidden` for the calls of another party, or by what the key may not see
 */
export function ownSummary(
  { groupBy, filters }: Pick<SummaryQuery, 'groupBy' | 'filters'>,
  holder: KeyHolder,
): Pick<SummaryQuery, 'filters' | 'side'> {
  const party = partyOf(holder);
  if (party === null) return { filters, side: 'house' };
  const { kind, id } = party;
  const isHidden = (name: SummaryGroup): boolean => BELONGINGS_HIDDEN[kind].some((hidden) => hidden === name);
  if (isHidden(groupBy)) throw new AppError('forbidden', `Your key may not group calls by ${groupBy}.`);
  const hidden = (Object.keys(filters) as Belonging[]).filter(isHidden);
  if (hidden.length > 0) throw new AppError('forbidden', `Your key may not filter calls by ${hidden.join(', ')}.`);
  if ((filters[kind] ?? id) !== id) {
    throw new AppError('forbidden', `Your key is for ${id}: it counts no calls but that one's.`);
  }
  return { filters: { ...filters, [kind]: id }, side: kind };
}

/** Figures of which some may be hidden. */
export type Shown<Whole> = { readonly [Name in keyof Whole]: Whole[Name] | null };

/** Figures as this key may see them; what it may not is null. */
export function showFigures<Whole extends Figures>(figures: Whole, holder: KeyHolder): Shown<Whole> {
  const party = partyOf(holder);
  if (party === null) return figures;
  return { ...figures, ...Object.fromEntries(FIGURES_HIDDEN[party.kind].map((name) => [name, null])) };
}

function partyOf(holder: KeyHolder): { readonly kind: Party; readonly id: string } | null {
  for (const kind of ['buyer', 'publisher'] as const) {
    const id = ownIdOf(holder, kind);
    if (id !== undefined) return { kind, id };
  }
  return null;
}
