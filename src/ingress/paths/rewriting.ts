import { problem, type Problem } from '../../model/problem.ts';
import type { PathMatch } from '../../model/route.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import type { IngressPath } from '../../kube/objects.ts';
import { hostnameOf, type IngressRow } from '../ingress-row.ts';
import { plainBeginning, readExpression } from '../nginx/expression.ts';
import type { RouteDraft } from './route-draft.ts';
import { sourceOf } from '../source-of.ts';

/** Whether all paths of a host are regular expressions (enforceRegexModifier in ingress-nginx's template.go). */
export function readsExpressions(hostname: string, primaries: readonly IngressRow[]): boolean {
  return primaries.some((row) => asksForExpressions(row, hostname));
}

export function asksForExpressions({ policies: { rewrite }, spec }: IngressRow, hostname: string): boolean {
  if (rewrite === undefined) return false;
  const ofHost = spec.rules.filter(({ host, paths = [] }) => hostnameOf(host) === hostname && paths.length > 0);
  if (rewrite.useRegex) return ofHost.length > 0;
  return rewrite.target !== undefined && ofHost.some(({ paths }) => paths?.some((path) => isRewritten(path, rewrite.target?.text)));
}

function isRewritten({ path = '/' }: IngressPath, target: string | undefined): boolean {
  return target !== undefined && target !== path;
}

/** What no request has in its path as it is: Envoy compares paths with such characters escaped. */
const escaped = /[ \u{80}-\u{10ffff}]/gu;

/** A path of a host whose paths are regular expressions. */
export function expressionMatch({ path = '/' }: IngressPath): PathMatch {
  return { type: 'regex', path: path.isWellFormed() ? path.replace(escaped, encodeURIComponent) : path, loose: true };
}

export interface Refused {
  /** What takes the place of the path: 503 for all that begins as it does; absent: it matches nothing that could be told apart from other paths. */
  readonly match?: PathMatch;
  readonly problem: Problem;
}

/** What becomes of a path that is no expression of RE2; undefined: it is one. */
export function refuseExpression(draft: RouteDraft): Refused | undefined {
  const { match, written, row, field } = draft;
  const reading = match.type === 'regex' ? readExpression(match.path) : undefined;
  if (reading === undefined || reading.ok) return undefined;
  const beginning = plainBeginning(match.path);
  const where = reading.column === undefined ? '' : ` at character ${reading.column}`;
  return {
    ...(beginning === undefined ? {} : { match: { type: 'regex', path: beginning, loose: true } }),
    problem: problem('NR304', sourceOf({ kind: 'Ingress', ...row }, `${field}.path`), {
      message: `The path ${JSON.stringify(written.path ?? '/')} is no regular expression that Envoy can match: ${reading.message}${where}.`,
      done:
        beginning === undefined
          ? 'This path takes no requests.'
          : `Requests that begin with ${JSON.stringify(beginning)} are answered with 503.`,
      fix: reading.fix,
    }),
  };
}

/** What the rewrite of an Ingress means for one of its paths. */
export function rewritingOf({ row, match, written }: RouteDraft): { readonly route: RoutePolicy; readonly upstream: UpstreamPolicy } {
  const { target, forwardedPrefix } = row.policies.rewrite ?? {};
  const reading = match.type === 'regex' ? readExpression(match.path) : undefined;
  if (target === undefined || reading?.ok !== true || !isRewritten(written, target.text)) return { route: {}, upstream: {} };
  const parts = target.parts.filter((part) => typeof part === 'string' || part <= reading.groups);
  const isFixed = parts.every((part) => typeof part === 'string');
  const prefix = forwardedPrefix === undefined ? {} : { requestHeaders: setHeader('x-forwarded-prefix', forwardedPrefix) };
  if (isFixed) return { route: { rewrite: { path: { type: 'full', path: parts.join('') || '/' } }, ...prefix }, upstream: {} };
  return { route: { rewrite: { path: { type: 'captures', target: parts } }, ...prefix }, upstream: { refuseDotSegments: true } };
}

function setHeader(name: string, value: string): NonNullable<RoutePolicy['requestHeaders']> {
  return { set: [{ name, value: [value] }] };
}
