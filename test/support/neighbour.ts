import assert from 'node:assert/strict';
import type { KubeObject } from '../../src/kube/objects.ts';
import { decode, encode, type MessageName } from '../../src/proto/codec.ts';
import { violations } from '../../src/proto/validate.ts';
import type { Build } from '../../src/runtime/build.ts';
import { typeNames, typeUrls } from '../../src/snapshot/resource.ts';
import { routesOf } from './build.ts';
import { certificateSecrets } from './certificates.ts';
import { ingress, naruClass, service, slice } from './objects.ts';

export const neighbourTls = [{ hosts: ['neighbour.test'], secretName: 'neighbour.test' }];

/** Somebody who has done nothing wrong, beside those who have. */
export const neighbour: readonly KubeObject[] = [
  naruClass,
  ...(await certificateSecrets(['neighbour.test'])),
  service('neighbour'),
  slice('neighbour-1', 'neighbour', ['10.0.0.1', 'fd00::1']),
  ingress({
    name: 'neighbour',
    host: 'neighbour.test',
    paths: [
      { path: '/', service: 'neighbour' },
      { path: '/a', service: 'neighbour', type: 'Exact' },
    ],
    tls: neighbourTls,
  }),
];

/** What must not be different for the neighbour: its virtual host, its cluster, its endpoints, its certificate. */
export function ofNeighbour({ current }: Build): unknown {
  const host = routesOf(current).virtual_hosts?.find(({ name }) => name === 'neighbour.test');
  assert.ok(host !== undefined && current !== undefined);
  const { clusters, endpoints, secrets: served } = current.resources;
  // Below its own there may be somebody's default backend, instead of an answer that there is nothing.
  const routes = (host.routes ?? []).filter(({ name }) => name !== 'not found' && name?.endsWith(' default backend') !== true);
  // And then its filters are not left out.
  const filters = Object.entries(host.typed_per_filter_config ?? {}).filter(([, config]) => !config['@type'].endsWith('.FilterConfig'));
  return {
    host: encode('envoy.config.route.v3.VirtualHost', {
      ...host,
      routes,
      typed_per_filter_config: Object.fromEntries(filters),
    }).toString('base64'),
    cluster: clusters.get('shop/neighbour/80')?.version,
    endpoints: endpoints.get('shop/neighbour/80')?.version,
    secret: served.get('shop/neighbour.test')?.version,
  };
}

/** Envoy's own rules for its messages hold for everything that is published. */
export function assertNoViolations({ current }: Build): void {
  for (const type of typeNames) {
    const name = typeUrls[type].slice('type.googleapis.com/'.length) as MessageName;
    for (const { bytes, name: resource } of current?.resources[type].values() ?? []) {
      assert.deepEqual(violations(name, decode(name, bytes)), [], `${type} ${resource}`);
    }
  }
}
