import type { HostTls } from '../model/host-tls.ts';
import type { Route } from '../model/route.ts';
import type { Source } from '../model/source.ts';
import { anyHost, type VirtualHost } from '../model/virtual-host.ts';
import type { Loss } from './loss.ts';
import { type HostRule, type PlacedRoute, writeRoutes } from './objects.ts';
import { goesAfter } from './order.ts';
import { type ReachedRoute, reachedRoutes, type Scheme } from './sequences.ts';
import { type GatewayName, type SecureHost, writeGateway } from './written-gateway.ts';
import { apiVersion, type Manifest } from './written-route.ts';
import { type UpstreamOf, writeRule } from './written-rule.ts';

/** What Ingresses ask for, as the Model has it. */
export interface MigrationModel {
  /** Those of the edge. */
  readonly virtualHosts: readonly VirtualHost[];
  readonly upstreamOf: UpstreamOf;
  readonly tlsOf: (hostname: string) => HostTls | undefined;
}

export interface MigrationOptions {
  readonly gateway: GatewayName;
  readonly className: string;
  readonly controllerName: string;
}

export interface Migration {
  readonly objects: readonly Manifest[];
  readonly losses: readonly Loss[];
}

/** The same as objects of the Gateway API, and what of it cannot be. Any order of the same hosts gives the same. */
export function migrate({ virtualHosts, upstreamOf, tlsOf }: MigrationModel, options: MigrationOptions): Migration {
  const hosts = [...virtualHosts].sort((a, b) => (a.hostname < b.hostname ? -1 : 1));
  const others = hosts.find(({ hostname }) => hostname === anyHost)?.fallback;
  const secure = hosts.flatMap(({ hostname, passthrough }): SecureHost[] => {
    const { certificate } = tlsOf(hostname) ?? {};
    if (passthrough !== undefined) return [{ hostname }];
    return certificate === undefined ? [] : [{ hostname, certificate }];
  });
  const gateway = writeGateway(options.gateway, options.className, secure);
  const read = hosts.map((host) => readHost(host, host.hostname === anyHost ? undefined : others, tlsOf(host.hostname), upstreamOf));
  const written = writeRoutes(
    read.flatMap(({ rules }) => rules),
    { gateway: options.gateway, setOf: gateway.setOf },
  );
  const gatewayClass: Manifest = {
    apiVersion,
    kind: 'GatewayClass',
    metadata: { name: options.className },
    spec: { controllerName: options.controllerName },
  };
  return {
    objects: [gatewayClass, ...gateway.objects, ...written.objects],
    losses: [...read.flatMap(({ losses }) => losses), ...orderLosses(written.placed)],
  };
}

interface HostReading {
  readonly rules: readonly HostRule[];
  readonly losses: readonly Loss[];
}

function readHost(host: VirtualHost, others: Route | undefined, tls: HostTls | undefined, upstreamOf: UpstreamOf): HostReading {
  const { hostname, passthrough } = host;
  // Where the certificate is missing the routes are there already when it comes.
  const schemes: readonly Scheme[] = tls !== undefined && passthrough === undefined ? ['http', 'https'] : ['http'];
  const reached = reachedRoutes(host, others, schemes);
  const losses: Loss[] = hostLosses(host, tls);
  let closed = tls?.policy?.clients !== undefined;
  const rules = reached.flatMap((one): HostRule[] => {
    const source = ingressOf(one.route);
    if (source === undefined) return [];
    const { match, rule, losses: found } = writeRule(one.route, source.namespace, upstreamOf);
    const { path } = one.route.match;
    losses.push(...found.map((loss) => ({ source, hostname, path, ...loss })));
    if (match === undefined) {
      // What it would have refused must not get through to the next.
      closed ||= one.route.action.type === 'answer';
      return [];
    }
    return [{ hostname, source, schemes: over(one, schemes), match, rule: closed ? {} : rule }];
  });
  const passed = passthrough === undefined ? undefined : upstreamOf(passthrough);
  const [first] = reached.flatMap(({ route }) => ingressOf(route) ?? []);
  if (passed === undefined || first === undefined) return { rules, losses };
  const backend = { name: passed.service, port: passed.port };
  return { rules: [...rules, { hostname, source: first, passed: backend, schemes: ['https'] }], losses };
}

/** Undefined: over all that the host is served over. */
function over({ schemes }: ReachedRoute, all: readonly Scheme[]): readonly Scheme[] | undefined {
  return schemes.length === all.length ? undefined : schemes;
}

function hostLosses({ hostname, routes, passthrough }: VirtualHost, tls: HostTls | undefined): Loss[] {
  const [source] = routes.flatMap((route) => ingressOf(route) ?? []);
  if (source === undefined) return [];
  const loss = (part: string, message: string): Loss => ({ source, hostname, part, message });
  return [
    ...(hostname.startsWith('*.') ? [loss('hostname', 'Its wildcard stands for any number of labels, and not for one.')] : []),
    ...(tls !== undefined && tls.certificate === undefined && passthrough === undefined
      ? [loss('tls', 'It has no certificate of its own, and no listener for HTTPS: add one to the Gateway, with a certificate.')]
      : []),
    ...(tls?.policy?.clients === undefined
      ? []
      : [
          {
            ...loss('tls.clients', 'Certificates of clients are asked for by whole ports: see "tls.frontend" of the Gateway.'),
            closed: true as const,
          },
        ]),
    ...(tls?.policy === undefined || tls.policy.clients !== undefined
      ? []
      : [loss('tls.policy', 'Versions and ciphers of TLS are those of all hosts.')]),
  ];
}

function ingressOf({ sources }: Route): Source | undefined {
  return sources.find(({ kind }) => kind === 'Ingress');
}

/** Where the order in which routes are tried cannot be kept. */
function orderLosses(placed: readonly (readonly PlacedRoute[])[]): readonly Loss[] {
  return placed.flatMap((routes) =>
    routes.flatMap((earlier, index): Loss[] => {
      const swapped = routes.slice(index + 1).find((later) => goesAfter(earlier, later));
      if (swapped === undefined) return [];
      const { source, hostname, match } = earlier;
      const message = `${swapped.match.path.value} goes before ${match.path.value}, by the order that Gateway API has.`;
      return [{ source, hostname, path: match.path.value, part: 'order', message }];
    }),
  );
}
