export interface IngressText {
  readonly name: string;
  readonly host?: string;
  /** Each as `PATHTYPE PATH SERVICE`, the Service by its port number 80. */
  readonly paths?: readonly string[];
  readonly defaultService?: string;
  /** Each as `SECRET HOST…`. */
  readonly tls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly created?: string;
}

/** An Ingress of Naru's class in the namespace `default`, as a YAML document. */
export function ingressYaml({ name, host, paths = [], defaultService, tls = [], annotations = {}, created }: IngressText): string {
  const backend = (service: string) => ({ service: { name: service, port: { number: 80 } } });
  const rule = {
    ...(host === undefined ? {} : { host }),
    http: {
      paths: paths.map((line) => {
        const [pathType, path, service = ''] = line.split(' ');
        return { pathType, path, backend: backend(service) };
      }),
    },
  };
  return document({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations: nginx(annotations), ...(created === undefined ? {} : { creationTimestamp: created }) },
    spec: {
      ingressClassName: 'naru',
      ...(defaultService === undefined ? {} : { defaultBackend: backend(defaultService) }),
      ...(paths.length === 0 ? {} : { rules: [rule] }),
      ...(tls.length === 0 ? {} : { tls: tls.map((line) => ({ secretName: line.split(' ')[0], hosts: line.split(' ').slice(1) })) }),
    },
  });
}

/** Services with an echo backend each. */
export function echoService(...names: readonly string[]): string {
  return names.map((name) => document({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } })).join('');
}

/** An EndpointSlice of a Service; without addresses it says that the Service has no pods. */
export function sliceYaml(service: string, addresses: readonly string[], port = 80): string {
  return document({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: addresses.length === 0 ? null : addresses.map((address) => ({ addresses: [address] })),
    ports: [{ port }],
  });
}

/** A ConfigMap; the settings of tests that have some are `default/naru`. */
export function configMapYaml(data: Readonly<Record<string, string>>, name = 'naru'): string {
  return document({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}

/** A TLS Secret with a certificate for these names. */
export function tlsSecretYaml(name: string, ...hosts: readonly string[]): string {
  const names = hosts.join(',');
  return document({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': `$certificate(${names})`, 'tls.key': `$key(${names})` },
  });
}

/** A Secret without a type of its own. */
export function secretYaml(name: string, stringData: Readonly<Record<string, string>>): string {
  return document({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
}

/** JSON is YAML. */
function document(object: unknown): string {
  return `---\n${JSON.stringify(object)}\n`;
}

function nginx(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]));
}
