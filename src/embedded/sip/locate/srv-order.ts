/** One SRV record (RFC 2782). */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  /** Lower is tried first. */
  readonly priority: number;
  /** Share among those of the same priority. */
  readonly weight: number;
}

/**
 * The order in which to try SRV records: by priority, and within one at random in proportion to weight (RFC 2782,
 * "Usage rules"). `random` gives numbers in [0, 1).
 */
export function srvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawByWeight(
      records.filter((r) => r.priority === priority),
      random,
    ),
  );
}

function drawByWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Records of weight 0 come first, so that they have a small chance at all (RFC 2782).
  const left = records.toSorted((a, b) => Math.sign(a.weight) - Math.sign(b.weight));
  const drawn: SrvRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    const mark = Math.floor(random() * (total + 1));
    let running = 0;
    const chosen = left.findIndex(({ weight }) => (running += weight) >= mark);
    drawn.push(...left.splice(chosen, 1));
  }
  return drawn;
}
