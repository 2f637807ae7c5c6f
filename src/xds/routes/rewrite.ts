import type { PathMatch, PathReplacement } from '../../model/route.ts';
import type { PathTemplate, Rewrite } from '../../model/route-policy.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { wholePath } from './path-match.ts';
import { renderTemplate } from '../template.ts';

type RouteAction = Messages['envoy.config.route.v3.RouteAction'];
type PathRewrite = Pick<RouteAction, 'prefix_rewrite' | 'regex_rewrite'>;

/** What a route's action says of the path and the host that a backend sees. */
export function renderRewrite(match: PathMatch, { path, host }: Rewrite): RouteAction {
  return { ...(path && renderPathRewrite(match, path)), ...(host && renderHost(host)) };
}

function renderPathRewrite(match: PathMatch, path: NonNullable<Rewrite['path']>): PathRewrite {
  if (path.type !== 'captures') return replacePath(match, path);
  return { regex_rewrite: { pattern: { regex: `^${wholePath(match)}$` }, substitution: path.target.map(substitution).join('') } };
}

/** Slashes at the end of the new prefix and at the beginning of the rest are one. */
export function replacePath({ path: matched }: PathMatch, { type, path }: PathReplacement): PathRewrite {
  if (type === 'full') return { regex_rewrite: { pattern: { regex: '(?s)^.*$' }, substitution: substitution(path) } };
  const old = matched.replace(/\/$/, '');
  if (old !== '' && path !== '' && !path.endsWith('/')) return { prefix_rewrite: path };
  const target = path.endsWith('/') ? path : `${path}/`;
  return { regex_rewrite: { pattern: { regex: `^${literal(old)}/*` }, substitution: substitution(target) } };
}

/** `\` begins the number of a group. */
function substitution(part: PathTemplate[number]): string {
  return typeof part === 'number' ? `\\${part}` : part.replaceAll('\\', '\\\\');
}

/** Envoy reads expressions byte by byte: what is not ASCII stands for its own bytes. */
function literal(text: string): string {
  return text.replaceAll(/[!-,.:-@[-^`{-~]/g, String.raw`\$&`);
}

function renderHost(host: NonNullable<Rewrite['host']>): RouteAction {
  const [only, ...others] = host;
  return typeof only === 'string' && others.length === 0 ? { host_rewrite_literal: only } : { host_rewrite: renderTemplate(host) };
}
