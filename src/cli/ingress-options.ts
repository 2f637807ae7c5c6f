import type { HttpsOptions, IngressOptions } from '../ingress/options.ts';
import type { ControllerSettings } from '../settings.ts';

/** `inFolder`: the objects come from files, where no API server has given them a default class. */
export function ingressOptions(
  settings: ControllerSettings,
  { inFolder, https, httpPort }: { readonly inFolder: boolean; readonly https: HttpsOptions; readonly httpPort: number },
): IngressOptions {
  const {
    controllerClass,
    ingressClass,
    ingressClassByName,
    watchIngressWithoutClass,
    annotationsPrefix,
    disableCatchAll,
    defaultBackendService,
    disableSvcExternalName,
    enableTopologyAwareRouting,
    enableSslPassthrough,
    defaultSslCertificate,
    configmap,
    tcpServicesConfigmap: tcp,
    udpServicesConfigmap: udp,
  } = settings;
  return {
    controllerClass,
    ingressClass,
    ingressClassByName,
    watchIngressWithoutClass,
    annotationsPrefix,
    // Who takes over a class of ingress-nginx wants what was there.
    compatibility: settings.compatibility ?? (controllerClass === 'k8s.io/ingress-nginx' ? 'nginx' : 'kubernetes'),
    ...(configmap === undefined ? {} : { configMap: configmap }),
    disableCatchAll,
    ...(defaultBackendService === undefined ? {} : { defaultBackendService }),
    externalNames: !disableSvcExternalName,
    topologyAwareRouting: enableTopologyAwareRouting,
    sslPassthrough: enableSslPassthrough,
    https,
    streams: {
      ...(tcp === undefined ? {} : { tcp }),
      ...(udp === undefined ? {} : { udp }),
      reserved: [httpPort, https.port],
    },
    admitDefaultClass: inFolder,
    assumePods: false,
    ...(defaultSslCertificate === undefined ? {} : { defaultCertificate: defaultSslCertificate }),
  };
}
