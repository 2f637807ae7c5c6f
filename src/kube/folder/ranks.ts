/**
 * Gives each of a sequence a number that grows along it, and keeps the numbers that things already have where it can:
 * an object put into the middle of a folder takes a number between its neighbours, and these need not be told.
 *
 *     0  1  2         the folder as it was read
 *     0  0.5  1  2    an object was added to the first file
 */
export function rank(former: readonly (number | undefined)[]): readonly number[] {
  const ranks: number[] = [];
  let low = -Infinity;
  for (let start = 0; start < former.length; ) {
    const kept = former[start];
    if (kept !== undefined && kept > low) {
      ranks.push(kept);
      low = kept;
      start += 1;
      continue;
    }
    const end = nextAbove(former, start, low);
    const between = spread(low, former[end] ?? Infinity, end - start);
    // No number is left between the neighbours: everything is numbered anew.
    if (between === undefined) return former.map((_, index) => index);
    ranks.push(...between);
    low = between.at(-1) ?? low;
    start = end;
  }
  return ranks;
}

function nextAbove(former: readonly (number | undefined)[], start: number, low: number): number {
  const found = former.findIndex((value, index) => index > start && value !== undefined && value > low);
  return found === -1 ? former.length : found;
}

/** `count` numbers between two others; undefined when floating point has no more of them. */
function spread(low: number, high: number, count: number): readonly number[] | undefined {
  const step = Number.isFinite(low) && Number.isFinite(high) ? (high - low) / (count + 1) : 1;
  let first = 0;
  if (Number.isFinite(low)) first = low + step;
  else if (Number.isFinite(high)) first = high - count;
  const ranks = Array.from({ length: count }, (_, index) => first + index * step);
  return ranks.every((value, index) => value > (ranks[index - 1] ?? low) && value < high) ? ranks : undefined;
}
