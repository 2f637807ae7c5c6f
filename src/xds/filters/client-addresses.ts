import type { AddressRules } from '../../model/route-policy.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { RouteFilter } from './filter.ts';

type Principal = Messages['envoy.config.rbac.v3.Principal'];

/**
 * Answers 403 to clients whose address may not pass. A network that is let in and kept out is kept out.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/rbac_filter
 */
export const clientAddresses: RouteFilter = {
  name: 'client-addresses',
  mayBeLeftOut: true,
  config: any('envoy.extensions.filters.http.rbac.v3.RBAC', {}),
  onRoute({ clientAddresses: rules, passwords, authService, anyOf }) {
    // One of several ways to pass: the others are asked as well, by `authentication`.
    if (rules === undefined || (anyOf === true && (passwords ?? authService) !== undefined)) return undefined;
    const policies = { 'may pass': { permissions: [{ any: true }], principals: [mayPass(rules)] } };
    return any('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', { rbac: { rules: { action: 'ALLOW', policies } } });
  },
};

function mayPass({ allow, deny = [] }: AddressRules): Principal {
  const allowed: Principal = allow === undefined ? { any: true } : oneOf(allow);
  return deny.length === 0 ? allowed : { and_ids: { ids: [allowed, { not_id: oneOf(deny) }] } };
}

function oneOf(networks: readonly string[]): Principal {
  const ids = networks.map((network): Principal => {
    const [address_prefix = '', bits = '0'] = network.split('/');
    return { remote_ip: { address_prefix, prefix_len: Number(bits) } };
  });
  // Of an empty list Envoy wants to know nothing; nobody is in it.
  return ids.length === 0 ? { not_id: { any: true } } : { or_ids: { ids } };
}
