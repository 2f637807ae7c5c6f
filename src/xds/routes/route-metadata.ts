import type { Route } from '../../model/route.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import { byDefault, printSource } from '../../model/source.ts';
import type { Messages } from '../../proto/gen/messages.ts';

/** The namespace of what Naru writes into metadata; an access log gets it by `%METADATA(ROUTE:naru:sources)%`. */
export const metadataNamespace = 'naru';

/** Where a route comes from, well-formed whatever an object is called: for whoever looks at an Envoy. */
export function routeMetadata(
  { name, sources }: Pick<Route, 'name' | 'sources'>,
  policy: RoutePolicy,
): Messages['envoy.config.core.v3.Metadata'] | undefined {
  const words = [...(policy.unlogged ? ['unlogged'] : []), ...traceWords(policy)];
  if (sources.length === 0 && words.length === 0) return undefined;
  const named = { sources: sources.map((source) => printSource(source).toWellFormed()) };
  const owner = ownerOf(name);
  const timed = policy.timed === true && owner !== undefined ? { timed: owner.ingress } : {};
  return {
    filter_metadata: { [metadataNamespace]: { ...named, ...owner, ...timed, ...Object.fromEntries(words.map((word) => [word, true])) } },
  };
}

/** Of routes that Naru has of its own accord. */
export const ownMetadata: Messages['envoy.config.core.v3.Metadata'] = {
  filter_metadata: { [metadataNamespace]: { sources: [printSource(byDefault)] } },
};

/** What a route says of the traces of its requests. */
export type TraceWord = 'traced' | 'untraced' | 'untrusted';

export function traceWords({ traced, distrustsCaller }: RoutePolicy): readonly TraceWord[] {
  const said = traced === undefined ? [] : ([traced ? 'traced' : 'untraced'] as const);
  return distrustsCaller ? [...said, 'untrusted'] : said;
}

/** The object that a route is of, for metrics. */
function ownerOf(route: string): { readonly namespace: string; readonly ingress: string } | undefined {
  const { namespace, ingress } = /^(?<namespace>[^/ ]+)\/(?<ingress>[^ ]+) /.exec(route)?.groups ?? {};
  return namespace === undefined || ingress === undefined ? undefined : { namespace, ingress };
}

/** What `routeMetadata` says of the objects that a route comes from, each as `printSource` writes it; of Naru's own there are none. */
export function sourcesIn(metadata: Messages['envoy.config.core.v3.Metadata'] | undefined): readonly string[] {
  const sources = metadata?.filter_metadata?.[metadataNamespace]?.['sources'];
  return Array.isArray(sources) ? sources.map(String).filter((source) => source !== printSource(byDefault)) : [];
}

/** In CEL: whether the access log is to say something of a request. One that found no route has no metadata. */
export const isLogged = `!(has(xds.route_metadata) && '${metadataNamespace}' in xds.route_metadata.filter_metadata && 'unlogged' in xds.route_metadata.filter_metadata['${metadataNamespace}'])`;
