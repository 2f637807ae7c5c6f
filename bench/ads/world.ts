import { defaultEdgeSettings } from '../../src/ingress/config/edge.ts';
import type { Endpoint, Upstream } from '../../src/model/upstream.ts';
import { encode } from '../../src/proto/codec.ts';
import type { Resource } from '../../src/snapshot/resource.ts';
import { renderCluster } from '../../src/xds/clusters/cluster.ts';
import { encodedField } from '../../src/xds/encoded-field.ts';
import { renderHttpListener } from '../../src/xds/listeners/listener.ts';
import { renderLoadAssignment } from '../../src/xds/clusters/load-assignment.ts';
import { resourceOf } from '../../src/xds/make-resource.ts';
import { type EncodedVirtualHost, renderVirtualHost } from '../../src/xds/routes/virtual-host.ts';

/** What the servers serve: as many hosts as upstreams, rendered as Naru renders them. About 5 MB. */
export const hostCount = 2_000;
const endpointCount = 20;
const pathCount = 10;

export const listenerNames: readonly string[] = ['http'];
export const routeNames: readonly string[] = ['ingress'];
export const clusterNames: readonly string[] = Array.from({ length: hostCount }, (_, index) => upstream(index).key);

function upstream(index: number): Upstream {
  const namespace = `team-${index % 50}`;
  const service = `checkout-backend-${index}`;
  return { key: `${namespace}/${service}/8080`, namespace, service, port: 8080, sources: [] };
}

/** Each revision has other ports. */
export function loadAssignment(index: number, revision: number): Resource {
  const endpoints = Array.from({ length: endpointCount }, (_, pod): Endpoint => {
    const number = index * endpointCount + pod;
    return { address: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`, port: 8080 + revision };
  });
  return renderLoadAssignment(upstream(index), endpoints);
}

export function virtualHost(index: number, revision: number): EncodedVirtualHost {
  const name = (path: number): string => `team-${index % 50}/checkout-${index} /section-${path}`;
  const { key } = upstream(index);
  // A canary weight, which is what changes most in a route table.
  const others = [{ upstream: upstream((index + 1) % hostCount).key, weight: 5 + revision }];
  const routes = Array.from({ length: pathCount }, (_, path) => ({
    name: name(path),
    match: { type: 'prefix' as const, path: path === 0 ? '/' : `/section-${path}` },
    action: { type: 'forward' as const, upstreams: [{ upstream: key, weight: 95 - revision }, ...(path === 1 ? others : [])] },
    sources: [],
  }));
  return renderVirtualHost({ hostname: `checkout-${index}.shop.example.com`, routes }, undefined);
}

/** One big resource that changes: all hosts in one route table, as most control planes have them. */
export class RouteTable {
  readonly #hosts = new Map(Array.from({ length: hostCount }, (_, index) => [`host-${index}`, virtualHost(index, 0)]));

  render(): Resource {
    const name = routeNames[0] ?? '';
    const hosts = [...this.#hosts.values()].flatMap(({ bytes }) => encodedField(2, bytes));
    const bytes = Buffer.concat([encode('envoy.config.route.v3.RouteConfiguration', { name }), ...hosts]);
    return resourceOf('routes', bytes, {
      name,
      references: clusterNames.map((cluster) => ({ type: 'clusters', name: cluster })),
      sources: [],
    });
  }

  change(index: number, revision: number): Resource {
    this.#hosts.set(`host-${index}`, virtualHost(index, revision));
    return this.render();
  }
}

export function firstResources(routes: RouteTable): readonly Resource[] {
  return [
    ...clusterNames.map((_, index) => renderCluster(upstream(index))),
    ...clusterNames.map((_, index) => loadAssignment(index, 0)),
    routes.render(),
    renderHttpListener({ listen: { address: '127.0.0.1', httpPort: 8080, httpsPort: 8443 }, edge: defaultEdgeSettings() }),
  ];
}
