import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '../ads/clock.ts';
import { type BalancedPorts, portKey } from '../gateway/balanced-ports.ts';
import { type GatewayRow, listenersOf } from '../gateway/gateway-row.ts';
import { balancerOf, gatewayAnnotation, serviceOf } from '../gateway/infrastructure.ts';
import {
  balancerService,
  type Identity,
  type MadeGateway,
  type OwnGateway,
  ownKinds,
  ownObjects,
  type ServedPort,
} from '../infrastructure/objects.ts';
import { bootstrapOf, type ControlPlaneAddress, type EnvoyTemplate } from '../infrastructure/template.ts';
import type { Connection } from '../kube/connection.ts';
import { applyOwned, type Mark, readOwnedSecret, removeOwned } from '../kube/owned-objects.ts';
import { InfrastructureWriter } from '../status/infrastructure-writer.ts';
import type { Key } from '../store/table.ts';
import { signFleet } from './ads-certificates.ts';
import type { Build, Pass } from './build.ts';

export interface GatewayInfrastructureOptions {
  readonly template: EnvoyTemplate;
  readonly target: ControlPlaneAddress;
  /** Paths of PEM files; absent: the control plane speaks without TLS. `privateKey` absent: nobody can sign. */
  readonly authority?: { readonly certificate: string; readonly privateKey: string | undefined } | undefined;
  /** The Envoys that serve Ingresses. */
  readonly envoys: { readonly namespace: string; readonly pods: Readonly<Record<string, string>> };
}

export interface InfrastructureParts extends GatewayInfrastructureOptions {
  readonly build: Build;
  readonly connection: Connection;
  /** Called when there is something else to say of a Gateway. */
  readonly onOutcome: (gateway: Key) => void;
  readonly onTrouble: (sentence: string) => void;
}

const certificateDays = 365;
/** So much before its end a certificate is replaced. */
const renewalMs = 120 * 86_400_000;

interface Wanted {
  readonly made: MadeGateway | OwnGateway | undefined;
  /** Services that it does not need any more, with what belongs to them. */
  readonly gone: readonly Key[];
}

/** What Gateways have in the cluster besides the shared Envoys. */
export class GatewayInfrastructure {
  readonly #parts: InfrastructureParts;
  readonly #writer: InfrastructureWriter;

  constructor(parts: InfrastructureParts) {
    const { onTrouble, onOutcome } = parts;
    this.#parts = parts;
    this.#writer = new InfrastructureWriter({
      wanted: (key) => {
        const wanted = this.#wanted(key);
        return wanted.made === undefined && wanted.gone.length === 0 ? undefined : JSON.stringify(wanted);
      },
      write: (key) => this.#write(key),
      onOutcome,
      onTrouble,
      clock: systemClock,
    });
  }

  /** Why what a Gateway needs could not be made. */
  obstacle(gateway: Key): string | undefined {
    return this.#writer.obstacle(gateway);
  }

  lead(leading: boolean): void {
    const { gateways, places } = this.#parts.build.gateway;
    this.#writer.lead(leading, new Set([...gateways.keys(), ...places.madeServices.keys()]));
  }

  stop(): void {
    this.#writer.stop();
  }

  /** To be called after each pass. */
  passed({ changes }: Pass): void {
    const { gateway, world } = this.#parts.build;
    const { gateways, places } = gateway;
    const services = changes.get(places.madeServices) ?? [];
    for (const key of services) {
      const row = gateways.get(key);
      const service = row && this.#serviceOf(row);
      // Somebody has deleted it.
      if (service !== undefined && world.objects.Service.get(service) === undefined) this.#writer.forget(key);
    }
    this.#writer.consider(new Set([...(changes.get(gateways) ?? []), ...(changes.get(places.addresses) ?? []), ...services]));
  }

  #serviceOf(row: GatewayRow): Key | undefined {
    return row.infrastructure === 'shared' ? undefined : serviceOf(row, this.#parts.envoys.namespace);
  }

  #wanted(key: Key): Wanted {
    const { gateway } = this.#parts.build;
    const row = gateway.gateways.get(key);
    const service = row && this.#serviceOf(row);
    const gone = (gateway.places.madeServices.get(key) ?? []).filter((one) => one !== service && this.#markOf(key, one) !== undefined);
    const made =
      row === undefined || service === undefined ? undefined : madeGateway(row, service, gateway.places.addresses.get(key)?.ports);
    return { made, gone };
  }

  /** By what the parts that go with a Service are known; undefined: they are no concern of ours, or Kubernetes removes them. */
  #markOf(key: Key, service: Key): Mark | undefined {
    const [namespace] = service.split('/');
    const { build, envoys } = this.#parts;
    if (service === balancerOf(key, envoys.namespace)) return { annotations: { [gatewayAnnotation]: key } };
    const uid = build.world.objects.Gateway.get(key)?.metadata.uid;
    return uid === undefined || namespace !== key.split('/')[0] ? undefined : { owner: uid };
  }

  async #write(key: Key): Promise<void> {
    const { connection, envoys, template, target, authority } = this.#parts;
    const { made, gone } = this.#wanted(key);
    if (made !== undefined && 'fleet' in made) {
      const mark = { owner: made.uid };
      const bootstrap = bootstrapOf(template, made.fleet, target, authority !== undefined);
      const identity = await identityOf(made, connection, authority);
      for (const object of ownObjects(made, template, bootstrap, identity)) await applyOwned(connection, object, mark);
    } else if (made !== undefined)
      await applyOwned(connection, balancerService(made, envoys.pods), { annotations: { [gatewayAnnotation]: key } });
    for (const service of gone) await this.#remove(key, service);
  }

  async #remove(key: Key, service: Key): Promise<void> {
    const { connection } = this.#parts;
    const mark = this.#markOf(key, service);
    const [namespace = '', name = ''] = service.split('/');
    if (mark === undefined) return;
    const kinds = 'owner' in mark ? ownKinds : (['Service'] as const);
    for (const kind of kinds) await removeOwned(connection, { kind, metadata: { namespace, name } }, mark);
  }
}

/** Undefined: there is nothing to be served. */
function madeGateway(row: GatewayRow, service: Key, balanced: BalancedPorts | undefined): MadeGateway | OwnGateway | undefined {
  const { metadata, spec, fleet } = row;
  const [infrastructureNamespace = '', name = ''] = service.split('/');
  const ports = servedPorts(row, balanced);
  if (metadata.uid === undefined || ports.length === 0) return undefined;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    className: spec.gatewayClassName,
    infrastructureName: name,
    infrastructureNamespace,
    ...(fleet === undefined ? {} : { fleet }),
    ports,
    labels: spec.infrastructure?.labels ?? {},
    // What Naru finds its own by is not the user's to change.
    annotations: { ...spec.infrastructure?.annotations, [gatewayAnnotation]: row.key },
    addresses: spec.addresses.flatMap(({ value }) => value ?? []),
  };
}

function servedPorts(row: GatewayRow, balanced: BalancedPorts | undefined): readonly ServedPort[] {
  const ports = new Map<string, ServedPort>();
  for (const { accepted, spec } of listenersOf(row)) {
    const transport = spec.protocol === 'UDP' ? 'udp' : 'tcp';
    const key = portKey(transport, spec.port);
    const target = row.infrastructure === 'load-balancer' ? balanced?.[key] : spec.port;
    if (accepted.status === 'True' && target !== undefined) ports.set(key, { port: spec.port, target, transport });
  }
  return [...ports.values()].toSorted((a, b) => a.port - b.port || a.transport.localeCompare(b.transport));
}

/** What it has, as long as that is good; else a new one. */
async function identityOf(
  { namespace, infrastructureName: name, uid, fleet }: OwnGateway,
  connection: Connection,
  authority: GatewayInfrastructureOptions['authority'],
): Promise<Identity | undefined> {
  if (authority === undefined) return undefined;
  const trusted = readFileSync(authority.certificate, 'utf8');
  const found = await readOwnedSecret(connection, { namespace, name }, { owner: uid });
  const { 'tls.crt': chain, 'tls.key': privateKey } = found ?? {};
  if (chain !== undefined && privateKey !== undefined && isGood(chain, trusted)) return { chain, privateKey, authority: trusted };
  if (authority.privateKey === undefined || !existsSync(authority.privateKey))
    throw new Error('there is no key to sign their certificate with: give --gateway-authority-key, see naru certgen --gateways');
  const signer = { certificate: trusted, privateKey: readFileSync(authority.privateKey, 'utf8') };
  return { ...(await signFleet(signer, fleet, certificateDays)), authority: trusted };
}

function isGood(chain: string, authority: string): boolean {
  try {
    const [certificate, issuer] = [new X509Certificate(chain), new X509Certificate(authority)];
    const [end, last] = [certificate.validToDate.getTime(), issuer.validToDate.getTime()];
    // None is good for longer than its authority.
    return (end - Date.now() > renewalMs || (end >= last && end > Date.now())) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
