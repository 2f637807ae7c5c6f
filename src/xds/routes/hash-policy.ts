import type { HashKey } from '../../model/stickiness.ts';
import type { Messages } from '../../proto/gen/messages.ts';

type HashPolicy = Messages['envoy.config.route.v3.RouteAction.HashPolicy'];

/** What decides on the endpoint where the cluster balances by hash; of several, all together. */
export function renderHashKey(key: HashKey): HashPolicy {
  switch (key.from) {
    case 'client-address':
      return { connection_properties: { source_ip: true } };
    case 'authority':
    case 'method':
      return { header: { header_name: `:${key.from}` } };
    case 'path-and-query':
      return { header: { header_name: ':path' } };
    case 'path':
      return { header: { header_name: ':path', regex_rewrite: { pattern: { regex: '\\?.*' }, substitution: '' } } };
    case 'query':
      return { header: { header_name: ':path', regex_rewrite: { pattern: { regex: '^[^?]*' }, substitution: '' } } };
    case 'header':
      return { header: { header_name: key.name } };
    case 'query-parameter':
      return { query_parameter: { name: key.name } };
    case 'cookie':
      return { cookie: { name: key.name } };
  }
}
