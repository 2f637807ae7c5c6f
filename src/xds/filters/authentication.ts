import { type AccessCheck, checkExtension } from '../../model/authentication.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import { any } from '../../proto/codec.ts';
import { authzClusterName } from '../clusters/authz-cluster.ts';
import type { RouteFilter } from './filter.ts';

/**
 * Asks `naru authz` beside the Envoy whether a request may pass. Without an answer it may not.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/ext_authz_filter
 */
export const authentication: RouteFilter = {
  name: 'authentication',
  config: any('envoy.extensions.filters.http.ext_authz.v3.ExtAuthz', {
    stat_prefix: 'authentication',
    transport_api_version: 'V3',
    // As long as nginx waits for an authentication service.
    grpc_service: { envoy_grpc: { cluster_name: authzClusterName }, timeout: '65s' },
    status_on_error: { code: 'ServiceUnavailable' },
  }),
  idle: any('envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute', { disabled: true }),
  onRoute(policy) {
    const check = accessCheckOf(policy);
    if (check === undefined) return undefined;
    const context_extensions = { [checkExtension]: JSON.stringify(check) };
    return any('envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute', { check_settings: { context_extensions } });
  },
};

/** What is left to ask: addresses are checked by a filter of their own, unless they are one of several ways to pass. */
function accessCheckOf(policy: RoutePolicy): AccessCheck | undefined {
  const { passwords, authService: service, clientAddresses: addresses, anyOf } = policy;
  const { clientVerified } = policy;
  if (passwords === undefined && service === undefined) return undefined;
  return {
    ...(anyOf === true && addresses !== undefined && { addresses }),
    ...(passwords && { passwords }),
    ...(service && { service }),
    ...(service && clientVerified && { clientVerified }),
    ...(anyOf && { anyOf }),
  };
}
