import type { Messages } from '../proto/gen/messages.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';
import { chooseRoute } from './choose-route.ts';
import { earlyHeaders, findChain, type FoundChain, type Manager } from './connection.ts';
import { printPathMatch } from './match/route.ts';
import { normalisePath, type NormalisedPath } from './normalised-path.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { ExplainedRequest } from './request.ts';
import { ResourceReader } from './resource-reader.ts';
import { otherHosts } from '../xds/other-hosts.ts';
import { sourcesIn } from '../xds/route-metadata.ts';

/** Why a request gets what it gets, step by step. What is absent was not reached. */
export interface Explanation {
  readonly listener: 'http' | 'https';
  readonly chain?: Omit<FoundChain, 'manager'>;
  readonly path?: NormalisedPath;
  /** The domain that the request's host matched. */
  readonly domain?: string;
  readonly tried: readonly ExplainedRoute[];
  /** Filters that do something on this route. */
  readonly filters: readonly string[];
  readonly outcome: Outcome;
}

export interface ExplainedRoute {
  readonly name: string;
  readonly type: string;
  readonly path: string;
  /** What it asks for besides, in a few words each. */
  readonly conditions: number;
  /** Absent: this one takes the request. */
  readonly objection?: string;
  /** Objects and fields, as `Ingress shop/web spec.rules[0].http.paths[1]`. */
  readonly sources: readonly string[];
}

/** What an Envoy that runs these resources does with a request. */
export function explain(resources: ResourceSet, request: ExplainedRequest): Explanation {
  const reader = new ResourceReader(resources);
  const listener = request.scheme;
  const found = reader.get('listeners', listener);
  if (found === undefined) return ended(listener, `Nothing listens for ${listener}.`);
  const chain = findChain(found, request.authority.replace(/:\d*$/, '').toLowerCase());
  if (chain?.manager === undefined) return ended(listener, 'The connection is closed or handed on as it is.', chain);
  const path = normalisePath(request.path);
  const shown = { listener, chain: withoutManager(chain), path } as const;
  if (path.type === 'refused') return { ...shown, tried: [], filters: [], outcome: { type: 'answer', status: 400, body: '' } };
  if (path.type === 'redirect')
    return { ...shown, tried: [], filters: [], outcome: { type: 'redirect', status: 307, location: path.path } };
  const routed = asRouted({ ...request, path: path.path }, chain.manager);
  const { host, tried, winner } = chooseRoute(routesFor(request.authority, reader), routed);
  return {
    ...shown,
    ...(host && { domain: host.domain }),
    tried: tried.map(({ route, objection }) => ({ ...describeRoute(route), ...(objection === undefined ? {} : { objection }) })),
    filters: Object.keys(winner?.typed_per_filter_config ?? {}),
    outcome: winner === undefined ? { type: 'answer', status: 404, body: '' } : outcomeOf(winner, routed, reader),
  };
}

function ended(listener: 'http' | 'https', body: string, chain?: FoundChain): Explanation {
  return { listener, ...(chain && { chain: withoutManager(chain) }), tried: [], filters: [], outcome: { type: 'answer', status: 0, body } };
}

function withoutManager({ name, serverName }: FoundChain): Omit<FoundChain, 'manager'> {
  return { name, ...(serverName === undefined ? {} : { serverName }) };
}

/** With the headers that Envoy has set itself when it looks for a route. */
function asRouted(request: ExplainedRequest, manager: Manager): ExplainedRequest {
  const own = [['x-forwarded-proto', request.scheme] as const, ...earlyHeaders(manager)];
  return { ...request, headers: new Map([...request.headers, ...own]) };
}

/** The scope of the host, or that of all hosts that have none of their own. */
function routesFor(authority: string, reader: ResourceReader): Messages['envoy.config.route.v3.RouteConfiguration'] {
  const host = authority.replace(/:\d*$/, '').toLowerCase();
  return (reader.get('scopes', host) ?? reader.get('scopes', otherHosts))?.route_configuration ?? {};
}

function describeRoute({ name = '', match = {}, metadata }: Messages['envoy.config.route.v3.Route']): Omit<ExplainedRoute, 'objection'> {
  const conditions = (match.headers?.length ?? 0) + (match.query_parameters?.length ?? 0) + (match.cookies?.length ?? 0);
  return { name, ...printPathMatch(match), conditions, sources: sourcesIn(metadata) };
}
