import type { Upstream } from '../../model/upstream.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { metadataNamespace } from '../routes/route-metadata.ts';

type Logger = Messages['envoy.config.accesslog.v3.AccessLog'];
type Tag = Messages['envoy.extensions.access_loggers.stats.v3.Config.Tag'];

/** Whatever a fleet serves, an Envoy counts no more than this many. */
const mostCounters = 100_000;

const ofRoute = (name: string): Tag => ({ name, value_format: `%METADATA(ROUTE:${metadataNamespace}:${name})%` });
const ofCluster = (name: string): Tag => ({ name, value_format: `%METADATA(CLUSTER:${metadataNamespace}:${name})%` });

const labels = [ofRoute('namespace'), ofRoute('ingress'), ofCluster('service'), ofCluster('canary')];

/**
 * Requests, and the time that backends took for them, by Ingress: Envoy's own metrics know no Ingress. The names are those of ingress-nginx,
 * before which Envoy writes `envoy_`. The expressions of CEL could say more, but each connection manager would hold them for itself.
 * https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/
 */
export const requestMetrics: Logger = {
  name: 'metrics',
  typed_config: any('envoy.extensions.access_loggers.stats.v3.Config', {
    stats_scope: { sharing_name: 'naru_requests', max_counters: mostCounters },
    counters: [
      {
        stat: { name: 'nginx_ingress_controller_requests', tags: [...labels, { name: 'status', value_format: '%RESPONSE_CODE%' }] },
        value_fixed: 1,
      },
      {
        stat: { name: 'nginx_ingress_controller_response_duration_microseconds', tags: labels },
        value_format: '%COMMON_DURATION(US_TX_BEG:US_RX_END:us)%',
      },
    ],
  }),
};

/** What `requestMetrics` says of the backend; a canary has the name that ingress-nginx gives it. */
export function clusterMetadata({ namespace, service, port, canary }: Upstream): Messages['envoy.config.core.v3.Metadata'] {
  const named = canary === true ? { canary: `${namespace}-${service}-${port}` } : {};
  return { filter_metadata: { [metadataNamespace]: { service, ...named } } };
}
