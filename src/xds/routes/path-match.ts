import type { PathMatch } from '../../model/route.ts';
import type { Messages } from '../../proto/gen/messages.ts';

type RouteMatch = Messages['envoy.config.route.v3.RouteMatch'];

/** `path_separated_prefix` takes whole segments; Envoy does not allow it for `/` itself. */
export function renderPath(match: PathMatch): RouteMatch {
  const { type, path } = match;
  if (type === 'regex') return { safe_regex: { regex: wholePath(match) } };
  if (type === 'exact') return { path };
  return path === '/' ? { prefix: '/' } : { path_separated_prefix: path };
}

/** The expression that a whole path has to match, without its query. Its groups are those of the Model's. */
export function wholePath({ path, loose }: PathMatch): string {
  return loose === true ? `(?i)(?:${path})(?s:.*)` : path;
}
