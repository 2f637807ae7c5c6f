import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];

/**
 * A segment that backends take for `.` or `..`, also with parameters behind it or encoded; or no path at all. The connection manager has
 * made the client's path a plain one, but what a rewrite makes of it is looked at by nobody else.
 */
const leadsElsewhere = String.raw`(?i)[^?]*/(?:\.|%2e){1,2}(?:(?:[/;\\?#]|%2f|%5c).*)?|[^/].*`;

const refuseDotSegments: HttpFilter = {
  name: 'envoy.filters.http.upstream_rbac',
  typed_config: any('envoy.extensions.filters.http.rbac.v3.RBAC', {
    rules: {
      action: 'DENY',
      policies: {
        'dot segments': {
          permissions: [{ header: { name: ':path', string_match: { safe_regex: { regex: leadsElsewhere } } } }],
          principals: [{ any: true }],
        },
      },
    },
  }),
};

const codec: HttpFilter = {
  name: 'envoy.filters.http.upstream_codec',
  typed_config: any('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec', {}),
};

/** What a request passes on its way to an endpoint, when it is as the backend will see it; empty: nothing but what Envoy does by itself. */
export function upstreamFilters(policy: UpstreamPolicy): readonly HttpFilter[] {
  return policy.refuseDotSegments === true ? [refuseDotSegments, codec] : [];
}
