import type { StreamListener } from '../model/stream-listener.ts';
import type { Key, Table } from '../store/table.ts';

/** What decides which Gateways are served, and where. */
export interface GatewayOptions {
  /** Serve GatewayClasses whose `spec.controllerName` is this. */
  readonly controllerName: string;
  /** Where the Envoys bind the listeners of Gateways that have no address of their own. */
  readonly address: string;
  /** Each Gateway gets an address of its own from this network, in CIDR notation; absent: all share `address`. */
  readonly addressPool?: string;
  /** Ports of `address` that Ingresses have. */
  readonly edgePorts?: readonly number[];
}

/** What Ingresses and the services beside them have. */
export interface EdgeTables {
  readonly streams: Table<StreamListener>;
  /** Hostname → keys of the Ingresses that speak of it. */
  readonly hosts: Table<readonly Key[]>;
  /** Whether OCSP responses are stapled: one row, `controller`. */
  readonly stapling: Table<boolean>;
}

export const defaultGatewayOptions: GatewayOptions = { controllerName: 'naru.io/gateway-controller', address: '0.0.0.0' };
