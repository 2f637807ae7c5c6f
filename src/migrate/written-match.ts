import type { Conditions, PathMatch, ValueCondition } from '../model/route.ts';
import { type Lost, lost } from './loss.ts';
import type { WrittenMatch, WrittenValue } from './written-route.ts';

/** `match` is absent where the route cannot be written: what it is for falls to the next. */
export interface MatchReading {
  readonly match?: WrittenMatch;
  readonly losses: readonly Lost[];
}

/** Not allowed in a path that is no expression. */
const refused = ['//', '/./', '/../', '%2f', '%2F', '#'];

/** The scheme is left out: that is a matter of listeners. */
export function writeMatch(path: PathMatch, conditions: Conditions): MatchReading {
  const { headers = [], query = [], cookies = [], method, clientCertificate } = conditions;
  if (clientCertificate !== undefined)
    return { losses: [lost('conditions.clientCertificate', 'A route for clients with or without a certificate cannot be written.')] };
  const all = [...headers, ...query, ...cookies];
  if (all.some(({ not }) => not === true))
    return { losses: [lost('conditions', 'A route for requests that do not have a header, parameter or cookie cannot be written.')] };
  const written = [...headers.map(valueMatch), ...cookieMatch(cookies)];
  return {
    match: {
      path: pathMatch(path),
      ...(written.length === 0 ? {} : { headers: written }),
      ...(query.length === 0 ? {} : { queryParams: query.map(valueMatch) }),
      ...(method === undefined ? {} : { method }),
    },
    losses: cookies.length === 0 ? [] : [lost('conditions', 'Cookies are matched by an expression for the header Cookie.')],
  };
}

function pathMatch({ type, path, loose }: PathMatch): WrittenMatch['path'] {
  // Written so that it matches the whole path, as Envoys do.
  if (type === 'regex') return { type: 'RegularExpression', value: loose === true ? `(?i)${path}.*` : path };
  if (refused.some((part) => path.includes(part)) || path.length > 1024)
    return { type: 'RegularExpression', value: `${escaped(path)}${type === 'prefix' ? '(?:/.*)?' : ''}` };
  return { type: type === 'exact' ? 'Exact' : 'PathPrefix', value: path };
}

function valueMatch({ name, value }: ValueCondition): WrittenValue {
  if (value === undefined) return { type: 'RegularExpression', name, value: '.*' };
  if (value.type === 'exact') return { type: 'Exact', name, value: value.text };
  return { type: 'RegularExpression', name, value: value.type === 'regex' ? value.text : `${escaped(value.text)}.*` };
}

/** One header holds them all, and only one match for a header counts: they are asked for in their order. */
function cookieMatch(cookies: readonly ValueCondition[]): readonly WrittenValue[] {
  if (cookies.length === 0) return [];
  const parts = cookies.map(({ name, value }) => {
    const text = value === undefined ? '[^;]*' : value.type === 'regex' ? `(?:${value.text})` : escaped(value.text);
    return `${escaped(name)}=${text}${value?.type === 'prefix' ? '[^;]*' : ''}`;
  });
  return [{ type: 'RegularExpression', name: 'cookie', value: `(?:.*; *)?${parts.join('(?:;.*; *|; *)')}(?:;.*)?` }];
}

function escaped(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\*]/g, '\\$&');
}
