import { addBuiltInClass } from '../dev/class-of-folder.ts';
import type { KubeEvent } from '../kube/event.ts';
import { Build } from '../runtime/build.ts';
import type { ControllerSettings } from '../settings.ts';
import { ingressOptions } from './ingress-options.ts';

/** What becomes of objects that are read once, without a cluster and without an Envoy. */
export function buildOnce(events: readonly KubeEvent[], settings: ControllerSettings): Build {
  const build = new Build({
    fleet: settings.fleet,
    ingress: { ...ingressOptions(settings, { inFolder: true, https: { port: 443, named: false } }), assumePods: true },
    listen: { address: '0.0.0.0', httpPort: 8080, httpsPort: 8443 },
  });
  build.apply(addBuiltInClass(events, settings.ingressClass, settings.controllerClass));
  return build;
}
