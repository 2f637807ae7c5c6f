import { printSource, type Source } from '../model/source.ts';
import type { Messages } from '../proto/gen/messages.ts';

/** The namespace of what Naru writes into metadata; an access log gets it by `%METADATA(ROUTE:naru:sources)%`. */
const metadataNamespace = 'naru';

/** Where a route comes from, well-formed whatever an object is called: for whoever looks at an Envoy. */
export function routeMetadata(sources: readonly Source[]): Messages['envoy.config.core.v3.Metadata'] | undefined {
  if (sources.length === 0) return undefined;
  return { filter_metadata: { [metadataNamespace]: { sources: sources.map((source) => printSource(source).toWellFormed()) } } };
}
