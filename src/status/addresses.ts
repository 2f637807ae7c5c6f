import { isIP } from 'node:net';
import type { ReachableAt, Service } from '../kube/objects.ts';

export interface AddressSources {
  /** What was said outright (`--publish-status-address`): decides alone where there is any. */
  readonly fixed: readonly string[];
  /** What `--publish-service` names; undefined while there is no such Service, or none was named. */
  readonly service?: Service | undefined;
  /** Those of the nodes on which Envoys run; absent where these are not asked for. */
  readonly nodes?: readonly string[] | undefined;
}

/**
 * Where Ingresses are reached, in a fixed order. The precedence, and what each type of Service gives, are ingress-nginx's
 * (`internal/ingress/status/status.go`), so that records in a DNS stay what they were.
 */
export function publishedAddresses({ fixed, service, nodes = [] }: AddressSources): readonly ReachableAt[] {
  if (fixed.length > 0) return inOrder(fixed.map(reachableAt));
  return inOrder(service === undefined ? nodes.map(reachableAt) : addressesOf(service));
}

function addressesOf({ spec, status }: Service): readonly ReachableAt[] {
  const external = (spec.externalIPs ?? []).map(reachableAt);
  switch (spec.type ?? 'ClusterIP') {
    case 'LoadBalancer':
      // Of an entry with both the address counts, as in ingress-nginx.
      return [
        ...(status?.loadBalancer.ingress ?? []).map(({ ip, hostname }) => (ip === undefined ? { hostname: hostname ?? '' } : { ip })),
        ...external,
      ];
    case 'NodePort':
      return external.length > 0 ? external : clusterAddress(spec.clusterIP);
    case 'ExternalName':
      return spec.externalName === undefined ? [] : [{ hostname: spec.externalName }];
    default:
      return clusterAddress(spec.clusterIP);
  }
}

function clusterAddress(clusterIP = ''): readonly ReachableAt[] {
  return clusterIP === '' || clusterIP === 'None' ? [] : [{ ip: clusterIP }];
}

function reachableAt(address: string): ReachableAt {
  return isIP(address) === 0 ? { hostname: address } : { ip: address };
}

/** Each address once. Sorted, so that the same addresses are always the same list. */
function inOrder(addresses: readonly ReachableAt[]): readonly ReachableAt[] {
  const byText = new Map(addresses.map((address) => [textOf(address), address]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}

export function sameAddresses(a: readonly ReachableAt[], b: readonly ReachableAt[]): boolean {
  const others = new Set(b.map(textOf));
  return a.length === b.length && a.every((address) => others.has(textOf(address)));
}

function textOf({ ip = '', hostname = '' }: ReachableAt): string {
  return `${ip} ${hostname}`;
}
