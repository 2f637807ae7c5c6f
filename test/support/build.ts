import { defaultIngressOptions } from '../../src/ingress/options.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { decode } from '../../src/proto/codec.ts';
import type { Messages } from '../../src/proto/gen/messages.ts';
import { Build, type BuildOptions } from '../../src/runtime/build.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { synced, upsert } from './objects.ts';

export const buildOptions: BuildOptions = {
  fleet: 'naru',
  ingress: defaultIngressOptions,
  listen: { address: '127.0.0.1', httpPort: 8080, httpsPort: 8443 },
};

/** A build that has read these objects. */
export function built(objects: readonly KubeObject[], options: BuildOptions = buildOptions): Build {
  const build = new Build(options);
  build.apply([...objects.map(upsert), ...synced]);
  return build;
}

/** All virtual hosts, whatever scopes they are in, by name. */
export function routesOf(snapshot: Snapshot | undefined): Messages['envoy.config.route.v3.RouteConfiguration'] {
  const scopes = [...(snapshot?.resources.scopes.values() ?? [])];
  if (scopes.length === 0) throw new Error('there are no scopes');
  const hosts = scopes.flatMap(({ bytes }) => {
    const { route_configuration } = decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes);
    return route_configuration?.virtual_hosts ?? [];
  });
  return { virtual_hosts: hosts.toSorted(({ name: a = '' }, { name: b = '' }) => (a < b ? -1 : 1)) };
}
