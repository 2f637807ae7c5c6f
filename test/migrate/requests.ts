import type { Conditions, PathMatch, Route, ValueCondition } from '../../src/model/route.ts';

/** A request as far as routes of the Model can tell it from others. */
export interface Asked {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string>>;
}

/** Requests that a route may be for, and some beside it. */
export function requestsFor({ match, conditions = {} }: Route): readonly Asked[] {
  const plain: Asked = { path: '/', method: 'GET', headers: {}, query: {}, cookies: {} };
  const fitting = {
    method: conditions.method ?? 'GET',
    headers: sample(conditions.headers),
    query: sample(conditions.query),
    cookies: sample(conditions.cookies),
  };
  const head = match.type === 'regex' ? (/^[A-Za-z0-9_/-]*/.exec(match.path)?.[0] ?? '/') : match.path;
  const paths = [head, `${head.replace(/\/$/, '')}/x`, `${head}x`];
  return paths.flatMap((path) => [
    { ...plain, path },
    { ...plain, path, ...fitting },
  ]);
}

function sample(conditions: readonly ValueCondition[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    conditions.filter(({ not }) => not !== true).map(({ name, value }) => [name, value?.type === 'regex' ? 'v3' : (value?.text ?? 'any')]),
  );
}

/** The first of the routes that is for a request. */
export function routeFor(routes: readonly Route[], scheme: 'http' | 'https', asked: Asked): Route | undefined {
  return routes.find(({ match, conditions = {} }) => matchesPath(match, asked.path) && holds(conditions, scheme, asked));
}

function matchesPath({ type, path, loose }: PathMatch, asked: string): boolean {
  if (type === 'exact') return asked === path;
  if (type === 'prefix') return path === '/' || asked === path || asked.startsWith(`${path}/`);
  return whole(loose === true ? `(?i)(?:${path}).*` : path).test(asked);
}

function holds({ scheme, method, headers, query, cookies, clientCertificate }: Conditions, own: string, asked: Asked): boolean {
  const cookie = Object.entries(asked.cookies).map(([name, value]) => `${name}=${value}`);
  const all = { ...asked.headers, ...(cookie.length === 0 ? {} : { cookie: cookie.join('; ') }) };
  // Nobody shows a certificate here.
  if (clientCertificate !== undefined && (clientCertificate !== 'not trusted' || own !== 'https')) return false;
  if (scheme !== undefined && scheme !== own) return false;
  if (method !== undefined && method !== asked.method) return false;
  return fits(headers, all) && fits(query, asked.query) && fits(cookies, asked.cookies);
}

function fits(conditions: readonly ValueCondition[] = [], values: Readonly<Record<string, string>>): boolean {
  return conditions.every(({ name, value, not = false }) => {
    const found = values[name];
    const is = found !== undefined && (value === undefined || textFits(value, found));
    return is !== not;
  });
}

function textFits({ type, text }: NonNullable<ValueCondition['value']>, found: string): boolean {
  if (type === 'regex') return whole(text).test(found);
  return type === 'prefix' ? found.startsWith(text) : found === text;
}

/** An expression of RE2 that has to match the whole. */
function whole(expression: string): RegExp {
  const anyCase = expression.startsWith('(?i)');
  return new RegExp(`^(?:${anyCase ? expression.slice(4) : expression})$`, anyCase ? 'i' : '');
}
