import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../ads/clock.ts';
import type { ProxyState } from '../ads/proxy-state.ts';
import type { Connection } from '../kube/connection.ts';
import { Outage } from '../kube/api/outage.ts';
import { watchEnvoyNodes } from '../kube/envoy-nodes.ts';
import { LeaseObject } from '../kube/lease.ts';
import { writeIngressAddresses } from '../kube/status-writes.ts';
import { publishedAddresses, sameAddresses } from '../status/addresses.ts';
import { infrastructureOf } from '../gateway/infrastructure.ts';
import { GatewayStatusWriter } from '../status/gateway-status-writer.ts';
import { LeaderElection } from '../status/leader-election.ts';
import type { PublishPolicy } from '../status/status-decision.ts';
import { NodeAddresses } from '../status/node-addresses.ts';
import { StatusWriter } from '../status/status-writer.ts';
import type { ReachableAt } from '../kube/objects.ts';
import type { Key } from '../store/table.ts';
import type { Pass } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { removeAddresses } from './address-removal.ts';
import { EventReporting } from './event-reporting.ts';
import { GatewayInfrastructure, type GatewayInfrastructureOptions } from './gateway-infrastructure.ts';
import { gatewayStatusSources } from './gateway-status-sources.ts';

export interface StatusReportingOptions {
  readonly controlPlane: ControlPlane;
  readonly connection: Connection;
  readonly fleet: string;
  readonly policy: PublishPolicy;
  /** Whether the last replica that stops takes the addresses away. */
  readonly emptyOnStop: boolean;
  readonly addresses: readonly string[];
  readonly service?: string | undefined;
  /** Where addresses are those of the nodes with ready Envoys. */
  readonly nodes?: NodesOptions | undefined;
  readonly events: boolean;
  /** For Gateways with Envoys of their own. */
  readonly infrastructure: GatewayInfrastructureOptions;
  /** Absent: always write, whoever else does. */
  readonly lease?: { readonly namespace: string; readonly name: string; readonly durationSeconds: number } | undefined;
  readonly onLeading: (leading: boolean) => void;
  readonly onTrouble: (sentence: string) => void;
}

export interface NodesOptions {
  readonly namespace: string;
  readonly selector: string;
  readonly preferInternal: boolean;
  readonly keepMs: number;
}

/** See `NodeAddressesOptions`. */
const settleMs = 10_000;
/** A lease that cannot be given back in this time expires by itself. */
const releaseMs = 2000;
/** Who waits for a lease tries again after at most 2.2 fifteenths times two of its duration. */
const handOverShare = 0.33;

/** Tells the cluster's users what became of their objects. */
export class StatusReporting {
  readonly #options: StatusReportingOptions;
  readonly #writer: StatusWriter;
  readonly #gateways: GatewayStatusWriter;
  readonly #infrastructure: GatewayInfrastructure;
  readonly #events: EventReporting | undefined;
  /** As client-go's programs call themselves: a pod may be made anew under its name. */
  readonly #identity = `${hostname()}_${randomUUID()}`;
  readonly #election: LeaderElection | undefined;
  readonly #nodes: NodeAddresses | undefined;
  readonly #stopped = new AbortController();
  #addresses: readonly ReachableAt[] = [];
  #leading = false;

  constructor(options: StatusReportingOptions) {
    this.#options = options;
    const { controlPlane, policy, onTrouble } = options;
    const { build } = controlPlane;
    const { world, progress } = build;
    this.#writer = new StatusWriter({
      policy,
      ingress: (key) => {
        const ingress = world.objects.Ingress.get(key);
        return ingress && { uid: ingress.metadata.uid, addresses: ingress.status?.loadBalancer.ingress ?? [] };
      },
      since: (key) => (build.assembly.putAside().has(`Ingress ${key}`) ? Infinity : progress.since(key)),
      addresses: () => this.#addresses,
      accepted: () => this.#acceptedByAll(),
      write: (key, uid, addresses) => this.#counted('Ingress', this.#write(key, uid, addresses)),
      onTrouble,
      clock: systemClock,
    });
    this.#nodes = options.nodes && this.#followNodes(options.nodes);
    this.#infrastructure = new GatewayInfrastructure({
      ...options.infrastructure,
      ...{ build, connection: options.connection, onTrouble },
      onOutcome: (key) => this.#gateways.consider([`Gateway ${key}`]),
    });
    const sources = gatewayStatusSources(build, options.connection, (key) => this.#infrastructure.obstacle(key));
    this.#gateways = new GatewayStatusWriter({
      ...sources,
      write: (draft, change) => this.#counted(draft.kind, sources.write(draft, change)),
      accepted: (fleet) => controlPlane.acceptedBy(fleet ?? options.fleet),
      published: () => this.#addresses,
      onTrouble,
      clock: systemClock,
      time: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    });
    this.#events = options.events ? this.#makeEvents() : undefined;
    this.#election = options.lease === undefined ? undefined : this.#makeElection(options.lease);
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    if (this.#election === undefined) this.#lead(true);
    else this.#election.start();
  }

  /** To be called after each pass. */
  passed(pass: Pass): void {
    const { build } = this.#options.controlPlane;
    const { ingresses, gateways } = build.follow(pass);
    const moved = this.#haveMoved();
    this.#writer.consider(moved ? build.progress.keys() : ingresses);
    this.#gateways.consider(moved ? build.gatewayProgress.keys() : gateways);
    this.#events?.passed(pass);
    this.#infrastructure.passed(pass);
  }

  /** To be called when an Envoy has accepted a snapshot. */
  accepted(): void {
    this.#election?.hurry();
    this.#writer.advance();
    this.#gateways.advance();
    this.#events?.accepted();
  }

  /** Writes nothing more, and lets another replica begin. */
  async stop(): Promise<void> {
    const led = this.#leading;
    this.#stopped.abort();
    this.#nodes?.stop();
    this.#writer.stop();
    this.#gateways.stop();
    this.#infrastructure.stop();
    this.#events?.lead(false);
    const late = new Promise<void>((resolve) => setTimeout(resolve, releaseMs).unref());
    await Promise.race([this.#election?.stop(), late]);
    if (led && this.#options.emptyOnStop) await this.#removeAddresses();
  }

  async #removeAddresses(): Promise<void> {
    const { connection, controlPlane, lease, onTrouble } = this.#options;
    const { world, progress } = controlPlane.build;
    const object = lease && new LeaseObject(connection, lease.namespace, lease.name);
    const addressesOf = (key: string) => world.objects.Ingress.get(key)?.status?.loadBalancer.ingress ?? [];
    try {
      const count = await removeAddresses({
        holder: object && (async () => (await object.read())?.record.holder ?? ''),
        handOverMs: (lease?.durationSeconds ?? 0) * 1000 * handOverShare,
        ingresses: [...progress.keys()].filter((key) => this.#addresses.length > 0 && sameAddresses(addressesOf(key), this.#addresses)),
        empty: (key) => this.#write(key, world.objects.Ingress.get(key)?.metadata.uid, []),
      });
      if (count > 0) onTrouble(`This was the last replica: ${count} Ingresses have no address any more.`);
    } catch (error) {
      onTrouble(`Addresses of Ingresses stay, although this was the last replica: ${String(error)}`);
    }
  }

  #write(key: string, uid: string | undefined, addresses: readonly ReachableAt[]): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    return writeIngressAddresses(this.#options.connection, { namespace, name, uid }, addresses);
  }

  async #counted(kind: string, writing: Promise<void>): Promise<void> {
    const { controlPlane } = this.#options;
    try {
      await writing;
    } catch (error) {
      controlPlane.wroteStatus(kind, 'failed');
      throw error;
    }
    controlPlane.wroteStatus(kind, 'ok');
  }

  #makeEvents(): EventReporting {
    const { connection, controlPlane, onTrouble } = this.#options;
    return new EventReporting({
      build: controlPlane.build,
      connection,
      reporter: this.#identity,
      accepted: () => this.#acceptedByAll(),
      envoys: () => this.#proxies().length,
      onTrouble,
    });
  }

  #makeElection({ namespace, name, durationSeconds }: NonNullable<StatusReportingOptions['lease']>): LeaderElection {
    const { connection, onTrouble } = this.#options;
    return new LeaderElection({
      store: new LeaseObject(connection, namespace, name),
      identity: this.#identity,
      durationSeconds,
      ready: () => this.#proxies().length > 0 || this.#makesEnvoys(),
      onChange: (leading) => this.#lead(leading),
      onTrouble,
      clock: systemClock,
    });
  }

  /** Somebody has to accept a class of Gateways with Envoys of their own, and to make these, before there can be any. */
  #makesEnvoys(): boolean {
    const { world, gateway } = this.#options.controlPlane.build;
    const isOwn = (key: Key): boolean => {
      const found = world.objects.GatewayClass.get(key);
      return found?.spec.controllerName === gateway.controllerName && infrastructureOf(found) === 'own';
    };
    return [...world.objects.GatewayClass.keys()].some(isOwn);
  }

  #lead(leading: boolean): void {
    this.#leading = leading;
    this.#options.onLeading(leading);
    this.#writer.lead(leading, this.#options.controlPlane.build.progress.keys());
    const { gatewayProgress } = this.#options.controlPlane.build;
    if (this.#options.policy !== 'never') {
      this.#gateways.lead(leading, gatewayProgress.keys());
      this.#infrastructure.lead(leading);
    }
    this.#events?.lead(leading);
  }

  /** Looks again where Ingresses are reached. */
  #haveMoved(): boolean {
    const { addresses: fixed, service, controlPlane } = this.#options;
    const found = service === undefined ? undefined : controlPlane.build.world.objects.Service.get(service);
    const addresses = publishedAddresses({ fixed, service: found, nodes: this.#nodes?.addresses });
    const moved = !sameAddresses(addresses, this.#addresses);
    this.#addresses = addresses;
    return moved;
  }

  #followNodes({ namespace, selector, preferInternal, keepMs }: NodesOptions): NodeAddresses {
    const { connection, controlPlane, onTrouble } = this.#options;
    const nodes = new NodeAddresses({
      preferInternal,
      keepMs,
      settleMs: Math.min(settleMs, keepMs),
      onChange: () => {
        if (this.#haveMoved()) this.#writer.consider(controlPlane.build.progress.keys());
      },
      clock: systemClock,
    });
    let told = false;
    watchEnvoyNodes(connection, {
      namespace,
      selector,
      onChange: (found) => {
        nodes.update(found);
        if (told || nodes.addresses.length > 0) return;
        told = true;
        onTrouble(
          `No Pod of ${selector} in the namespace ${namespace} is ready on a node with an address: Ingresses get none in their status.`,
        );
      },
      onTrouble: (kind, sentence) => onTrouble(`${kind}: ${sentence}`),
      onFailure: (error) => onTrouble(`The nodes of the Envoys are not followed any more: ${String(error)}`),
      outage: new Outage(),
      signal: this.#stopped.signal,
    });
    return nodes;
  }

  /** Every connected Envoy runs this snapshot or a newer one; 0 without an Envoy. */
  #acceptedByAll(): number {
    return this.#options.controlPlane.acceptedBy(this.#options.fleet);
  }

  #proxies(): readonly ProxyState[] {
    const { controlPlane, fleet } = this.#options;
    return controlPlane.ads.proxies().filter((proxy) => proxy.fleet === fleet);
  }
}
