import { anyHost, type VirtualHost } from '../../model/virtual-host.ts';
import { withoutClusters } from '../answering-host.ts';
import { type Checked, type Objection, objected, quoted } from './objection.ts';
import { checkRoute } from './route.ts';

const longestHost = 253;

/**
 * Envoy itself is less strict where a name ends up in a list of domains, but two things must not come through: a `*`
 * elsewhere than before the first dot, which it refuses among server names and takes for a wider wildcard among
 * domains, and what has a meaning in the regular expression that a wildcard is matched by. Equal names cannot meet: a
 * host is one row, and this leaves no second way to write it.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/route/v3/route_components.proto#config-route-v3-virtualhost
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
 */
const hostname = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

export function hostnameObjection(host: string): Objection | undefined {
  if (host === anyHost || (host.length <= longestHost && hostname.test(host))) return undefined;
  const long = host.length > longestHost;
  return {
    code: 'NR711',
    message: long
      ? `The host ${quoted(host)} has ${host.length} characters; a hostname has at most ${longestHost}.`
      : `The host ${quoted(host)} is not a hostname.`,
    fix: long ? 'Write a shorter host.' : 'Write letters, digits and "-" between dots, with "*." before them at most.',
  };
}

/** `isRefused` tells of clusters that are left out. Undefined: the host is fine as it is. */
export function checkVirtualHost(
  host: VirtualHost,
  isRefused: ((cluster: string) => boolean) | undefined,
): Checked<VirtualHost> | undefined {
  const objection = hostnameObjection(host.hostname);
  if (objection !== undefined) return leaveOut(host, objection);
  const usable = isRefused === undefined ? host : withoutClusters(host, isRefused);
  const fallback = usable.fallback === undefined ? undefined : checkRoute(usable.fallback, host.hostname);
  const routes = usable.routes.map((route) => checkRoute(route, host.hostname));
  const problems = [...routes, ...(fallback === undefined ? [] : [fallback])].flatMap((checked) => checked.problem ?? []);
  if (problems.length === 0) return usable === host ? undefined : { value: usable, problems };
  const checked = { ...host, routes: routes.map(({ route }) => route) };
  return { value: fallback === undefined ? checked : { ...checked, fallback: fallback.route }, problems };
}

/** Each object that has something to say under the host hears of it once. */
function leaveOut({ hostname: host, routes, fallback }: VirtualHost, objection: Objection): Checked<VirtualHost> {
  const sources = [...routes, ...(fallback === undefined ? [] : [fallback])].flatMap((route) => route.sources);
  const byObject = new Map(sources.toReversed().map((source) => [`${source.kind} ${source.namespace}/${source.name}`, source]));
  const objects = byObject.size === 0 ? [undefined] : [...byObject.values()];
  return { problems: objects.map((source) => objected(objection, source, `host ${quoted(host)}`, 'The host is left out.')) };
}
