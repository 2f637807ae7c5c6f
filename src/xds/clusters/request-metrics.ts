import type { Upstream } from '../../model/upstream.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { metadataNamespace } from '../routes/route-metadata.ts';

type Logger = Messages['envoy.config.accesslog.v3.AccessLog'];
type Tag = Messages['envoy.extensions.access_loggers.stats.v3.Config.Tag'];

/** Whatever a fleet serves, an Envoy counts no more than this many; a distribution counts for fourteen. */
const mostCounters = 100_000;
const mostDistributions = 1300;

const ofRoute = (name: string): Tag => ({ name, value_format: `%METADATA(ROUTE:${metadataNamespace}:${name})%` });
const ofCluster = (name: string): Tag => ({ name, value_format: `%METADATA(CLUSTER:${metadataNamespace}:${name})%` });

const labels = [ofRoute('namespace'), ofRoute('ingress'), ofCluster('service'), ofCluster('canary')];

/** Nothing is counted where the tag has no value. */
const onlyWithValue: NonNullable<Tag['rules']> = {
  matcher_tree: {
    input: { name: 'value', typed_config: any('envoy.extensions.matching.common_inputs.stats.v3.StatTagValueInput', {}) },
    exact_match_map: {
      map: {
        '': {
          action: {
            name: 'drop',
            typed_config: any('envoy.extensions.matching.actions.transform_stat.v3.TransformStat', { drop_stat: {} }),
          },
        },
      },
    },
  },
};

/**
 * Microseconds from the first byte to a backend until its last one, or until the answer ended or began without it; else the bytes that it has
 * sent, which are none. There must be a number: Envoy writes an error into its log where there is none.
 */
const backendTime = `%COALESCE(${JSON.stringify({
  operators: [
    { command: 'COMMON_DURATION', param: 'US_TX_BEG:US_RX_END:us' },
    { command: 'COMMON_DURATION', param: 'US_TX_BEG:DS_TX_END:us' },
    { command: 'COMMON_DURATION', param: 'US_TX_BEG:US_RX_BEG:us' },
    'UPSTREAM_WIRE_BYTES_RECEIVED',
  ],
})})%`;

/**
 * Requests, and the time that backends took for them, by Ingress: Envoy's own metrics know no Ingress. The names are those of ingress-nginx,
 * before which Envoy writes `envoy_`. The expressions of CEL could say more, but each connection manager would hold them for itself.
 * The distribution of times is kept for routes that ask for it. https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/
 */
export const requestMetrics: Logger = {
  name: 'metrics',
  typed_config: any('envoy.extensions.access_loggers.stats.v3.Config', {
    stats_scope: { sharing_name: 'naru_requests', max_counters: mostCounters, max_histograms: mostDistributions },
    counters: [
      {
        stat: { name: 'nginx_ingress_controller_requests', tags: [...labels, { name: 'status', value_format: '%RESPONSE_CODE%' }] },
        value_fixed: 1,
      },
      {
        stat: {
          name: 'nginx_ingress_controller_response_duration_microseconds',
          tags: [ofRoute('namespace'), ofRoute('ingress'), { ...ofCluster('service'), rules: onlyWithValue }, ofCluster('canary')],
        },
        value_format: backendTime,
      },
    ],
    histograms: [
      {
        stat: {
          name: 'nginx_ingress_controller_request_duration_milliseconds',
          tags: [
            ofRoute('namespace'),
            { name: 'ingress', value_format: `%METADATA(ROUTE:${metadataNamespace}:timed)%`, rules: onlyWithValue },
            ofCluster('service'),
            ofCluster('canary'),
          ],
        },
        unit: 'Milliseconds',
        value_format: '%DURATION%',
      },
    ],
  }),
};

/** What `requestMetrics` says of the backend; a canary has the name that ingress-nginx gives it. */
export function clusterMetadata({ namespace, service, port, canary }: Upstream): Messages['envoy.config.core.v3.Metadata'] {
  const named = canary === true ? { canary: `${namespace}-${service}-${port}` } : {};
  return { filter_metadata: { [metadataNamespace]: { service, ...named } } };
}
