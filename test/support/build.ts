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

export function routesOf(snapshot: Snapshot | undefined): Messages['envoy.config.route.v3.RouteConfiguration'] {
  const resource = snapshot?.resources.routes.get('ingress');
  if (resource === undefined) throw new Error('there is no route configuration');
  return decode('envoy.config.route.v3.RouteConfiguration', resource.bytes);
}
