import { addBuiltInClass } from '../../dev/class-of-folder.ts';
import { defaultGatewayOptions, usualLoadBalancers } from '../../gateway/options.ts';
import type { KubeEvent } from '../../kube/event.ts';
import { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import type { ListenOptions } from '../../xds/options.ts';
import { ingressOptions } from '../ingress-options.ts';

/** Stands for the certificate that `naru serve` makes when it starts. */
export const madeAtStart = { chain: 'made when Naru starts', privateKey: 'made when Naru starts' };

/** What becomes of objects that are read once, without a cluster and without an Envoy. */
export function buildOnce(events: readonly KubeEvent[], settings: ControllerSettings, listen: Partial<ListenOptions> = {}): Build {
  const build = new Build({
    fleet: settings.fleet,
    ingress: { ...ingressOptions(settings, { inFolder: true, httpPort: 80, https: { port: 443, named: false } }), assumePods: true },
    gateway: { ...defaultGatewayOptions, edgePorts: [8080, 8443], loadBalancers: usualLoadBalancers },
    listen: { address: '0.0.0.0', httpPort: 8080, httpsPort: 8443, ...listen },
  });
  build.apply(addBuiltInClass(events, settings.ingressClass, settings.controllerClass));
  return build;
}
