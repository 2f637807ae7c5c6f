import { RE2JS } from 're2js';
import type { Messages } from '../proto/gen/messages.ts';
import { printPathMatch } from './match/route.ts';

type RouteMatch = Messages['envoy.config.route.v3.RouteMatch'];
type Rewrite = Pick<Messages['envoy.config.route.v3.RouteAction'], 'prefix_rewrite' | 'regex_rewrite'>;

/** The path that a backend, or a redirected client, gets; with the query of the request. */
export function rewrittenPath({ prefix_rewrite: prefix, regex_rewrite: expression }: Rewrite, match: RouteMatch, path: string): string {
  const at = path.search(/[?#]/);
  const [bare, query] = at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)];
  if (expression !== undefined) return substitute(expression, bare) + query;
  if (prefix === undefined || prefix === '') return path;
  const { type, path: matched } = printPathMatch(match);
  return (type === 'Regex' ? prefix : prefix + bare.slice(matched.length)) + query;
}

/** `\1` stands for the first group, as RE2 writes it. */
function substitute({ pattern, substitution = '' }: Messages['envoy.type.matcher.v3.RegexMatchAndSubstitute'], path: string): string {
  const replacement = substitution.replaceAll('$', '\\$').replaceAll(/\\(\d)/g, '$$$1');
  return RE2JS.compile(pattern?.regex ?? '')
    .matcher(path)
    .replaceAll(replacement);
}
