import type { IngressOptions } from '../ingress/options.ts';
import type { ControllerSettings } from '../settings.ts';

/** `inFolder`: the objects come from files, where no API server has given them a default class. */
export function ingressOptions(settings: ControllerSettings, { inFolder }: { readonly inFolder: boolean }): IngressOptions {
  const {
    controllerClass,
    ingressClass,
    ingressClassByName,
    watchIngressWithoutClass,
    annotationsPrefix,
    disableSvcExternalName,
    enableTopologyAwareRouting,
    defaultSslCertificate,
  } = settings;
  return {
    controllerClass,
    ingressClass,
    ingressClassByName,
    watchIngressWithoutClass,
    annotationsPrefix,
    externalNames: !disableSvcExternalName,
    topologyAwareRouting: enableTopologyAwareRouting,
    admitDefaultClass: inFolder,
    assumePods: false,
    ...(defaultSslCertificate === undefined ? {} : { defaultCertificate: defaultSslCertificate }),
  };
}
