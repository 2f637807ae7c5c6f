import type { WrittenMatch } from './written-route.ts';

/** A written match with the place that it has among all of its host. */
export interface Placed {
  readonly match: WrittenMatch;
  /** Name of the object, then the rule and the match in it. */
  readonly place: readonly [object: string, rule: number, match: number];
}

const types = { Exact: 0, RegularExpression: 1, PathPrefix: 2 } as const;

/** Whether a request that both match goes to `b` first. https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch */
export function goesAfter(a: Placed, b: Placed): boolean {
  return overlap(a.match, b.match) && compare(a, b) > 0;
}

function compare(a: Placed, b: Placed): number {
  return (
    types[a.match.path.type] - types[b.match.path.type] ||
    b.match.path.value.length - a.match.path.value.length ||
    Number(b.match.method !== undefined) - Number(a.match.method !== undefined) ||
    (b.match.headers?.length ?? 0) - (a.match.headers?.length ?? 0) ||
    (b.match.queryParams?.length ?? 0) - (a.match.queryParams?.length ?? 0) ||
    (a.place[0] < b.place[0] ? -1 : a.place[0] > b.place[0] ? 1 : 0) ||
    a.place[1] - b.place[1] ||
    a.place[2] - b.place[2]
  );
}

/** Of expressions only their beginning is looked at. */
function overlap(a: WrittenMatch, b: WrittenMatch): boolean {
  if (a.method !== undefined && b.method !== undefined && a.method !== b.method) return false;
  if (differ(a, b)) return false;
  if (a.path.type === 'RegularExpression' || b.path.type === 'RegularExpression') {
    const [one, other] = [beginning(a.path), beginning(b.path)];
    return one.startsWith(other) || other.startsWith(one);
  }
  if (a.path.type === 'Exact' && b.path.type === 'Exact') return a.path.value === b.path.value;
  const under = (wide: WrittenMatch['path'], path: string): boolean =>
    wide.type === 'PathPrefix' && (wide.value === '/' || path === wide.value || path.startsWith(`${wide.value}/`));
  return under(a.path, b.path.value) || under(b.path, a.path.value);
}

/** What every path that is matched begins with, in small letters. */
function beginning({ type, value }: WrittenMatch['path']): string {
  if (type !== 'RegularExpression') return value.toLowerCase();
  const expression = value.replace(/^\(\?i\)/, '');
  if (expression.includes('|')) return '';
  const literal = /^[A-Za-z0-9_/~-]*/.exec(expression)?.[0] ?? '';
  // The last character may be one that need not be there.
  return (/^[?*{]/.test(expression.slice(literal.length)) ? literal.slice(0, -1) : literal).toLowerCase();
}

/** Whether one header or parameter must be two different texts. */
function differ(a: WrittenMatch, b: WrittenMatch): boolean {
  const texts = ({ headers = [], queryParams = [] }: WrittenMatch) =>
    [...headers.map((one) => ({ ...one, name: `header ${one.name}` })), ...queryParams].filter(({ type }) => type === 'Exact');
  return texts(a).some((one) => texts(b).some((other) => one.name === other.name && one.value !== other.value));
}
