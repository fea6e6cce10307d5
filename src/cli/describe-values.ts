import type { ReasonValues } from '../domain/routing/route-decision.ts';

/** `25.00 USD`: micros with two decimals, and more where there is more to tell. */
export function formatMoney(amountMicros: number, currency: string): string {
  const text = (amountMicros / 1_000_000).toFixed(6).replace(/0{1,4}$/, '');
  return `${text} ${currency}`;
}

/**
 * What a reason compared, for people: `used 50 of 50, resets at 2026-11-22T08:00:00.000Z`. What is not known is left
 * out.
 */
export function describeValues(values: ReasonValues, currency: string): string {
  const { used, cap, ...others } = values;
  const counted = used !== undefined && cap !== undefined ? [`used ${used} of ${cap}`] : [];
  const rest = counted.length > 0 ? others : values;
  const described = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      if (typeof value === 'number' && name.endsWith('Micros')) {
        return `${words(name.slice(0, -'Micros'.length))} ${formatMoney(value, currency)}`;
      }
      return `${words(name)} ${value}`;
    });
  return [...counted, ...described].join(', ');
}

/** `nextOpening` as `next opening`; ids keep their name. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
