import type { Conditions, ValueCondition } from '../../model/route.ts';

/** What is known of the requests that get to a line: each of these holds of them, or does not. */
export type Decided = readonly { readonly condition: Conditions; readonly holds: boolean }[];

/** Whether a condition on one thing holds of them; undefined: of some. */
export function isDecided(condition: Conditions, decided: Decided): boolean | undefined {
  const text = JSON.stringify(condition);
  const same = decided.find((one) => JSON.stringify(one.condition) === text);
  if (same !== undefined) return same.holds;
  return decided.some((one) => one.holds && excludes(one.condition, condition)) ? false : undefined;
}

function excludes(one: Conditions, other: Conditions): boolean {
  return (['headers', 'cookies', 'query'] as const).some((kind) => {
    const [[a], [b]] = [one[kind] ?? [], other[kind] ?? []];
    return a !== undefined && b !== undefined && a.name === b.name && areApart(a, b);
  });
}

/** One is there and the other not, or they are different texts. */
function areApart(a: ValueCondition, b: ValueCondition): boolean {
  if ((a.value === undefined) !== (b.value === undefined)) return (a.value === undefined ? a : b).not === true;
  return a.value?.type === 'exact' && b.value?.type === 'exact' && a.value.text !== b.value.text;
}
