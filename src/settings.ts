import { hostname } from 'node:os';
import { Option } from 'commander';
import type { PortRange } from './gateway/balanced-ports.ts';
import { defaultGatewayOptions } from './gateway/options.ts';
import type { SecretAccess } from './kube/secrets/secret-holder.ts';
import { type Compatibility, defaultIngressOptions } from './ingress/options.ts';
import type { HelperAddress } from './xds/options.ts';
import {
  type Address,
  address,
  addressList,
  boolean,
  count,
  helperAddress,
  labelSelector,
  namespacedName,
  network,
  portRange,
  port,
  seconds,
} from './settings/values.ts';
import type { PublishPolicy } from './status/status-decision.ts';

/** Every flag can also be given as an environment variable: `--ads-address` as `NARU_ADS_ADDRESS`. */
function setting(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(`NARU_${option.name().replaceAll('-', '_').toUpperCase()}`);
}

/** Which Ingresses are served. The names are ingress-nginx's. */
export interface ControllerSettings {
  readonly controllerClass: string;
  readonly ingressClass: string;
  readonly ingressClassByName: boolean;
  readonly watchIngressWithoutClass: boolean;
  readonly annotationsPrefix: string;
  readonly disableCatchAll: boolean;
  readonly defaultBackendService?: string;
  readonly disableSvcExternalName: boolean;
  readonly enableTopologyAwareRouting: boolean;
  readonly enableSslPassthrough: boolean;
  readonly configmap?: string;
  readonly tcpServicesConfigmap?: string;
  readonly udpServicesConfigmap?: string;
  readonly defaultSslCertificate?: string;
  readonly compatibility?: Compatibility;
  readonly fleet: string;
}

export function controllerOptions(): Option[] {
  const { controllerClass, ingressClass, annotationsPrefix } = defaultIngressOptions;
  return [
    setting('--ingress-class <name>', 'class that the annotation kubernetes.io/ingress.class must name').default(ingressClass),
    setting('--controller-class <name>', 'serve IngressClasses whose spec.controller is this').default(controllerClass),
    onOff('--ingress-class-by-name [boolean]', 'also serve the IngressClass called --ingress-class, whatever its controller', false),
    onOff('--watch-ingress-without-class [boolean]', 'also serve Ingresses that name no class', false),
    setting('--annotations-prefix <prefix>', 'what annotation names begin with').default(annotationsPrefix),
    onOff('--disable-catch-all [boolean]', 'leave out Ingresses with a default backend', false),
    setting('--default-backend-service <namespace/name>', 'Service for requests that no Ingress wants; without it they get 404').argParser(
      namespacedName,
    ),
    onOff('--disable-svc-external-name [boolean]', 'answer 503 instead of sending requests to Services of type ExternalName', false),
    onOff('--enable-topology-aware-routing [boolean]', 'let Envoys prefer the endpoints that are hinted for their zone', false),
    onOff('--enable-ssl-passthrough [boolean]', 'pass TLS through to backends where the annotation ssl-passthrough asks for it', false),
    setting('--configmap <namespace/name>', "the controller's ConfigMap").argParser(namespacedName),
    setting('--tcp-services-configmap <namespace/name>', 'ConfigMap of ports whose TCP connections go to Services').argParser(
      namespacedName,
    ),
    setting('--udp-services-configmap <namespace/name>', 'ConfigMap of ports whose UDP datagrams go to Services').argParser(namespacedName),
    setting(
      '--default-ssl-certificate <namespace/name>',
      'Secret with the certificate for hosts that have none; without it Naru makes one',
    ).argParser(namespacedName),
    setting('--compatibility <with>', 'where Kubernetes and ingress-nginx differ, do as this one says')
      .choices(['kubernetes', 'nginx'])
      .default(undefined, 'kubernetes; nginx if --controller-class is k8s.io/ingress-nginx'),
    setting('--fleet <name>', 'node.cluster of the Envoys that are served').default('naru'),
  ];
}

export interface DevSettings extends ControllerSettings {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly debugPort: number;
  readonly envoyAdminPort?: number;
}

export function devOptions(): Option[] {
  return [
    setting('--http-port <port>', 'where Envoy takes HTTP; 0 chooses a free port').default(8080).argParser(port),
    setting('--https-port <port>', 'where Envoy takes HTTPS; 0 chooses a free port').default(8443).argParser(port),
    setting('--debug-port <port>', 'where the debug endpoint listens; 0 chooses a free port').default(9902).argParser(port),
    setting('--envoy-admin-port <port>', "where Envoy's admin interface listens; without it, on a Unix socket").argParser(port),
    ...controllerOptions(),
  ];
}

export interface ServeSettings extends ControllerSettings {
  readonly adsAddress: Address;
  readonly adsTlsCert?: string;
  readonly adsTlsKey?: string;
  readonly adsTlsClientCa?: string;
  readonly gatewayAuthorityKey?: string;
  readonly gatewayAdsTarget?: Address;
  readonly adsInsecure: boolean;
  /** In MB. */
  readonly adsMaxRequestSize: number;
  readonly adsMaxStreams: number;
  readonly adsMaxRequestRate: number;
  readonly adsMaxNames: number;
  readonly proofEnvoy?: string;
  readonly coldProofEnvoy?: string;
  readonly debugAddress: Address;
  readonly enableProfiling: boolean;
  readonly logLevel: string;
  readonly authzAddress: HelperAddress;
  readonly listenAddress: string;
  readonly gatewayController: string;
  readonly gatewayAddressPool?: string;
  readonly gatewayPorts?: PortRange;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly watchNamespace?: string;
  readonly watchNamespaceSelector?: string;
  readonly secretAccess: SecretAccess;
  readonly stateDir?: string;
  readonly stateKeys: boolean;
  readonly updateStatus: boolean;
  readonly updateStatusOnShutdown: boolean;
  readonly publishStatus: PublishPolicy;
  readonly publishStatusAddress: readonly string[];
  readonly publishService?: string;
  readonly reportNodeInternalIpAddress: boolean;
  readonly envoyPods: string;
  readonly envoyNamespace?: string;
  readonly nodeGrace: number;
  readonly events: boolean;
  readonly leaderElect: boolean;
  readonly electionId: string;
  readonly leaseNamespace?: string;
  readonly leaseDuration: number;
}

export function serveOptions(): Option[] {
  return [
    setting('--ads-address <host:port>', 'where Envoys connect; other than loopback it needs TLS')
      .default({ host: '127.0.0.1', port: 18000 }, '127.0.0.1:18000')
      .argParser(address),
    setting('--ads-tls-cert <file>', 'certificate chain of the ADS server (PEM); read again when it changes'),
    setting('--ads-tls-key <file>', 'its private key (PEM); read again when it changes'),
    setting('--ads-tls-client-ca <file>', 'who signs the certificates of Envoys (PEM); they carry the name of the fleet'),
    setting('--ads-insecure', 'serve ADS without TLS to other machines, private keys included').default(false),
    ...adsLimitOptions(),
    setting('--proof-envoy <prefix>', 'how node.id begins of the Envoy that tries each change first; default: the one connected longest'),
    setting('--cold-proof-envoy <path>', 'Envoy binary that is started for a moment after changes, to see that a fresh one accepts them'),
    ...observingOptions(),
    setting('--authz-address <address>', 'where naru authz listens beside each Envoy: host:port, or unix:/path')
      .default({ host: '127.0.0.1', port: 9191 }, '127.0.0.1:9191')
      .argParser(helperAddress),
    setting('--listen-address <ip>', 'address that Envoys bind').default('0.0.0.0'),
    setting('--gateway-controller <name>', 'serve GatewayClasses whose spec.controllerName is this').default(
      defaultGatewayOptions.controllerName,
    ),
    setting(
      '--gateway-address-pool <cidr>',
      "give each Gateway an address of its own from this network; without it they share the Envoys' address",
    ).argParser(network),
    setting(
      '--gateway-ports <from-to>',
      'ports of the Envoys for Gateways with a load balancer each (naru.io/gateway-infrastructure: load-balancer), such as 20000-29999',
    ).argParser(portRange),
    setting(
      '--gateway-authority-key <file>',
      'private key (PEM) of --ads-tls-client-ca, to sign the certificates of Envoys that a Gateway has for itself',
    ),
    setting('--gateway-ads-target <host:port>', 'where these find the control plane')
      .default(undefined, 'naru.NAMESPACE.svc, with the port of --ads-address')
      .argParser(address),
    setting('--http-port <port>', 'port on which Envoys take HTTP').default(8080).argParser(port),
    setting('--https-port <port>', 'port on which Envoys take HTTPS').default(8443).argParser(port),
    new Option(
      '--kubeconfig <path>',
      'how to reach the API server; without it $KUBECONFIG, ~/.kube/config, or the credentials of the pod',
    ).env('NARU_KUBECONFIG'),
    setting('--context <name>', 'context of the kubeconfig'),
    setting('--watch-namespace <name>', 'watch one namespace only'),
    setting('--secret-access <how>', 'watch all Secrets; watch their metadata and get those that are named; only get these, each minute')
      .choices(['watch', 'metadata', 'get'])
      .default('watch'),
    setting('--watch-namespace-selector <selector>', 'watch only Namespaces with these labels, such as team=shop').argParser(labelSelector),
    setting('--state-dir <path>', 'folder that keeps what all Envoys run, for a restart without an API server'),
    setting('--state-keys', 'keep private keys there, too; without them a restored configuration lacks TLS').default(false),
    ...statusOptions(),
    ...controllerOptions(),
  ];
}

/** What can be seen of Naru, and where. */
function observingOptions(): Option[] {
  return [
    setting('--debug-address <host:port>', 'where the debug endpoint listens')
      .default({ host: '127.0.0.1', port: 9902 }, '127.0.0.1:9902')
      .argParser(address),
    onOff(
      '--enable-profiling [boolean]',
      'let the debug endpoint make profiles of the time and memory that Naru takes, which costs much of both',
      false,
    ),
    setting('--log-level <level>', 'how much is logged; the debug endpoint changes it, too')
      .choices(['debug', 'info', 'warn', 'error'])
      .default('info'),
  ];
}

/** What one client of ADS may take. */
function adsLimitOptions(): Option[] {
  return [
    setting('--ads-max-request-size <MB>', 'largest request that is taken from an Envoy').default(64).argParser(count),
    setting('--ads-max-streams <number>', 'how many streams one address may have open').default(64).argParser(count),
    setting('--ads-max-request-rate <number>', 'how often a stream may ask in a second, ten times as often at once')
      .default(500)
      .argParser(count),
    setting('--ads-max-names <number>', 'how many names of one type a stream may want').default(100_000).argParser(count),
  ];
}

export interface AuthzSettings {
  readonly listen: string;
  readonly adsTarget: string;
  readonly adsTlsCert?: string;
  readonly adsTlsKey?: string;
  readonly adsTlsCa?: string;
  readonly fleet: string;
  readonly nodeId: string;
}

export function authzOptions(): Option[] {
  return [
    setting('--listen <address>', 'where Envoy asks: host:port, or unix:/path').default('127.0.0.1:9191'),
    setting('--ads-target <address>', 'where the control plane serves ADS: host:port, or unix:/path').default('127.0.0.1:18000'),
    setting('--ads-tls-cert <file>', 'certificate that names the fleet (PEM); read again when it changes'),
    setting('--ads-tls-key <file>', 'its private key (PEM); read again when it changes'),
    setting('--ads-tls-ca <file>', 'who signs the certificate of the control plane (PEM)'),
    setting('--fleet <name>', 'node.cluster of the Envoys beside which it runs').default('naru'),
    setting('--node-id <name>', 'what it is called at the control plane').default(`authz-${hostname()}`, 'authz-HOSTNAME'),
  ];
}

export interface TestbedSettings {
  readonly xdsPort: number;
  readonly controlPort: number;
}

export function testbedOptions(): Option[] {
  return [
    setting('--xds-port <port>', 'where xDS is served, on 127.0.0.1; 0 chooses a free port').default(18000).argParser(port),
    setting('--control-port <port>', 'where a suite sets the state, on 127.0.0.1; 0 chooses a free port').default(17000).argParser(port),
  ];
}

/** What is written into the cluster. Names as in ingress-nginx, where it has them. */
function statusOptions(): Option[] {
  return [
    onOff('--update-status [boolean]', 'write into Ingresses where they are reached', true),
    onOff(
      '--update-status-on-shutdown [boolean]',
      'take the addresses away when the last replica stops; programs that read them delete DNS records then',
      false,
    ),
    setting('--publish-status <when>', 'always; ifEmpty: only into Ingresses that say no address; never')
      .choices(['always', 'ifEmpty', 'never'])
      .default('always'),
    setting('--publish-status-address <addresses>', 'IP addresses or hostnames to write, with commas between')
      .default([], 'those of --publish-service, else of the nodes of ready Envoys')
      .argParser(addressList),
    setting('--publish-service <namespace/name>', 'Service whose addresses are written').argParser(namespacedName),
    onOff(
      '--report-node-internal-ip-address [boolean]',
      "of the nodes of Envoys: a node's internal address before its external one",
      false,
    ),
    setting('--envoy-pods <labels>', 'Pods of the Envoys, whose nodes these are')
      .default('app.kubernetes.io/name=naru-envoy')
      .argParser(labelSelector),
    setting('--envoy-namespace <name>', "namespace of these Pods; without it, the pod's or the context's, or naru-system"),
    setting('--node-grace <seconds>', 'how long a node without a ready Envoy keeps its address').default(60).argParser(seconds).hideHelp(),
    onOff('--events [boolean]', 'tell in Events what becomes of Ingresses', true),
    onOff('--leader-elect [boolean]', 'of several replicas let only one write; false: each does', true),
    setting('--election-id <name>', 'Lease by which replicas agree; controllers side by side need different ones').default('naru-leader'),
    setting('--lease-namespace <name>', "namespace of that Lease; without it, the pod's or the context's, or naru-system"),
    setting('--lease-duration <seconds>', 'how long a leader that vanishes is waited for').default(15).argParser(seconds).hideHelp(),
  ];
}

/** `--flag` and `--flag=true` turn it on, `--flag=false` turns it off, as Go's programs have it. */
function onOff(flags: string, description: string, fallback: boolean): Option {
  return setting(flags, description).default(fallback).preset('true').argParser(boolean);
}
