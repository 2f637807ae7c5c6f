import { renderCluster } from '../../src/xds/clusters/cluster.ts';
import { makeResource } from '../../src/xds/make-resource.ts';

/** As clusters are rendered; only of a Service called `refused` comes one that fails none of the API's constraints, and that Envoy refuses. */
export const refusedIfCalledSo: typeof renderCluster = (upstream, ...more) => {
  const good = renderCluster(upstream, ...more);
  if (upstream.service !== 'refused') return good;
  const { name, references, sources } = good;
  return makeResource('clusters', { name, type: 'EDS', lb_policy: 'CLUSTER_PROVIDED' }, { name, references, sources });
};
