import type { StreamListener } from '../model/stream-listener.ts';
import type { Key, Table } from '../store/table.ts';
import type { PortRange } from './balanced-ports.ts';

/** What decides which Gateways are served, and where. */
export interface GatewayOptions {
  /** Serve GatewayClasses whose `spec.controllerName` is this. */
  readonly controllerName: string;
  /** Where the Envoys bind the listeners of Gateways that have no address of their own. */
  readonly address: string;
  /** Each Gateway gets an address of its own from this network, in CIDR notation; absent: all share `address`. */
  readonly addressPool?: string;
  /** For Gateways with a load balancer; absent: there are none. */
  readonly loadBalancers?: LoadBalancers;
  /** Ports of `address` that Ingresses have. */
  readonly edgePorts?: readonly number[];
}

export interface LoadBalancers {
  /** Of the Envoys. */
  readonly namespace: string;
  /** Ports of `address` to which load balancers lead, and which nobody else gets. */
  readonly ports: PortRange;
}

/** What Ingresses and the services beside them have. */
export interface EdgeTables {
  readonly streams: Table<StreamListener>;
  /** Hostname → keys of the Ingresses that speak of it. */
  readonly hosts: Table<readonly Key[]>;
  /** Whether OCSP responses are stapled: one row, `controller`. */
  readonly stapling: Table<boolean>;
}

/** Where nobody says which. */
export const usualLoadBalancers: LoadBalancers = { namespace: 'naru-system', ports: { first: 20_000, last: 29_999 } };

export const defaultGatewayOptions: GatewayOptions = { controllerName: 'naru.io/gateway-controller', address: '0.0.0.0' };
