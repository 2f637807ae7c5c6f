import { parseSource, type Source } from '../../model/source.ts';
import { listenerOf } from '../../model/virtual-host.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { sourcesIn } from '../../xds/routes/route-metadata.ts';
import { printPathMatch } from '../match/route.ts';
import { endpointCounts } from './endpoints.ts';
import type { Resources } from './resources.ts';

type Route = Messages['envoy.config.route.v3.Route'];
type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];

/** What stands for the listeners of all Ingresses. */
export const edge = 'edge';

/** A virtual host, and the listener that it is for. */
export interface ListedHost {
  readonly listener: string;
  readonly host: VirtualHost;
}

export function listHosts({ scopes = [] }: Resources): readonly ListedHost[] {
  const all = scopes.flatMap(({ name, resource }) =>
    (resource.route_configuration?.virtual_hosts ?? []).map((host) => ({ listener: listenerOf(name) ?? edge, host })),
  );
  return all.toSorted((a, b) => compare(a.host.name ?? '', b.host.name ?? '') || compare(a.listener, b.listener));
}

export interface RouteRow {
  readonly host: string;
  readonly listener: string;
  /** `Exact`, `Prefix` or `Regex`. */
  readonly type: string;
  readonly path: string;
  /** What it asks for besides, such as `header x-canary` or `method POST`. */
  readonly conditions: readonly string[];
  /** Such as `shop/web/80 80 %, shop/web-v2/80 20 %`, `redirect 308` or `answer 503`. */
  readonly to: string;
  /** Of all its clusters; null where it has none. */
  readonly endpoints: number | null;
  /** The name that the access log has. */
  readonly name: string;
  readonly sources: readonly Source[];
}

/** The routes in the order in which they are tried, host by host. What Naru adds by itself is not among them. */
export function listRoutes(resources: Resources): readonly RouteRow[] {
  const counts = endpointCounts(resources);
  return listHosts(resources).flatMap(({ listener, host }) =>
    (host.routes ?? []).flatMap((route): readonly RouteRow[] => {
      const sources = sourcesOf(route);
      if (sources.length === 0) return [];
      const clusters = clustersOf(route);
      return [
        {
          host: host.name ?? '',
          listener,
          ...printPathMatch(route.match ?? {}),
          conditions: conditionsOf(route.match ?? {}),
          to: describeAction(route),
          endpoints: clusters.length === 0 ? null : clusters.reduce((sum, { name }) => sum + (counts.get(name) ?? 0), 0),
          name: route.name ?? '',
          sources,
        },
      ];
    }),
  );
}

export function sourcesOf({ metadata }: Route): readonly Source[] {
  return sourcesIn(metadata).flatMap((text) => parseSource(text) ?? []);
}

/** Where a route sends requests, with the share of each from 0 to 1. */
export function clustersOf({ route }: Route): readonly { readonly name: string; readonly share: number }[] {
  const weighted = route?.weighted_clusters?.clusters;
  if (weighted === undefined) return route?.cluster === undefined ? [] : [{ name: route.cluster, share: 1 }];
  const whole = weighted.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return weighted.map(({ name = '', weight = 0 }) => ({ name, share: whole === 0 ? 0 : weight / whole }));
}

function describeAction(route: Route): string {
  const { direct_response: answer, redirect } = route;
  if (answer !== undefined) {
    const location = route.response_headers_to_add?.find(({ header }) => header?.key === 'location')?.header?.value;
    return location === undefined ? `answer ${answer.status}` : `redirect ${answer.status} to ${location}`;
  }
  if (redirect !== undefined) {
    const target = [redirect.https_redirect === true ? 'https' : '', redirect.host_redirect ?? '', redirect.path_redirect ?? ''];
    return ['redirect', ...target.filter((part) => part !== '')].join(' ');
  }
  return clustersOf(route)
    .map(({ name, share }) => (share === 1 ? name : `${name} ${Math.round(share * 1000) / 10} %`))
    .join(', ');
}

function conditionsOf({ headers = [], query_parameters: query = [], cookies = [], grpc }: NonNullable<Route['match']>): readonly string[] {
  return [
    ...headers.map(({ name = '', invert_match: not, string_match: text }) => {
      const wanted = text?.exact ?? '';
      if (name === ':method') return `method ${wanted}`;
      return `${not === true ? 'not ' : ''}header ${name}${wanted === '' ? '' : `=${wanted}`}`;
    }),
    ...query.map(({ name }) => `query ${name}`),
    ...cookies.map(({ name }) => `cookie ${name}`),
    ...(grpc === undefined ? [] : ['gRPC']),
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
