const MICROS = 1_000_000;

/** An amount in units of the currency, exactly: `45.00`, `-0.125`. At least two decimals, and as many as it needs. */
export function formatAmount(amountMicros: number): string {
  const size = Math.abs(amountMicros);
  const decimals = String(size % MICROS)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${amountMicros < 0 ? '-' : ''}${Math.floor(size / MICROS)}.${decimals}`;
}
