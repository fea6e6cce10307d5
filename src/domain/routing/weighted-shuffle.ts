/**
 * Puts items in an order drawn by weight, without replacement: each next one is drawn from those left with a chance of
 * its weight over theirs together.
 *
 * A Fenwick tree over the weights finds each draw in log n steps, so that thousands of routes cost no more than a sort.
 * Its sums are whole numbers, hence exact: the order depends on weights and draws alone.
 *
 * @param weights of the items, whole numbers of at least 1 whose sum is safe
 * @param draw gives numbers in [0, 1); called once for each item but the last
 */
export function weightedShuffle<Item>(
  items: readonly Item[],
  weights: readonly number[],
  draw: () => number,
): readonly Item[] {
  if (items.length < 2) return items;
  const tree = new WeightTree(weights);
  const order: Item[] = [];
  for (let left = items.length; left > 0; left--) {
    // The product stays below the total: numbers below 1 that have 53 bits never round up to it.
    const index = tree.take(left > 1 ? Math.floor(draw() * tree.total) : 0);
    order.push(items[index] as Item);
  }
  return order;
}

/** Weights by position; node `i` (from 1) sums as many weights up to the i-th as its lowest set bit says. */
class WeightTree {
  readonly #nodes: number[];
  readonly #weights: readonly number[];
  readonly #highestBit: number;
  total: number;

  constructor(weights: readonly number[]) {
    const size = weights.length;
    const nodes = [0, ...weights];
    let total = 0;
    for (let node = 1; node <= size; node++) {
      total += weights[node - 1] ?? 0;
      const parent = node + (node & -node);
      if (parent <= size) nodes[parent] = (nodes[parent] ?? 0) + (nodes[node] ?? 0);
    }
    this.#nodes = nodes;
    this.#weights = weights;
    this.#highestBit = 1 << (31 - Math.clz32(size));
    this.total = total;
  }

  /** Removes the weight in which the point lies, all left laid end to end from 0; returns its position. */
  take(point: number): number {
    const nodes = this.#nodes;
    let position = 0;
    let rest = point;
    for (let step = this.#highestBit; step > 0; step >>= 1) {
      const sum = nodes[position + step];
      if (sum !== undefined && sum <= rest) {
        position += step;
        rest -= sum;
      }
    }
    const weight = this.#weights[position] ?? 0;
    for (let node = position + 1; node < nodes.length; node += node & -node) nodes[node] = (nodes[node] ?? 0) - weight;
    this.total -= weight;
    return position;
  }
}
