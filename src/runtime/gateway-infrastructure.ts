import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '../ads/clock.ts';
import { type GatewayRow, listenersOf } from '../gateway/gateway-row.ts';
import { infrastructureName } from '../gateway/infrastructure.ts';
import { type Identity, ownObjects, type OwnGateway, type ServedPort } from '../infrastructure/objects.ts';
import { bootstrapOf, type ControlPlaneAddress, type EnvoyTemplate } from '../infrastructure/template.ts';
import type { Connection } from '../kube/connection.ts';
import { applyOwned, readOwnedSecret } from '../kube/owned-objects.ts';
import { InfrastructureWriter } from '../status/infrastructure-writer.ts';
import type { Key } from '../store/table.ts';
import { signFleet } from './ads-certificates.ts';
import type { Build } from './build.ts';

export interface GatewayInfrastructureOptions {
  readonly template: EnvoyTemplate;
  readonly target: ControlPlaneAddress;
  /** Paths of PEM files; absent: the control plane speaks without TLS. `privateKey` absent: nobody can sign. */
  readonly authority?: { readonly certificate: string; readonly privateKey: string | undefined } | undefined;
}

const certificateDays = 365;
/** So much before its end a certificate is replaced. */
const renewalMs = 120 * 86_400_000;

export function gatewayInfrastructure(
  build: Build,
  connection: Connection,
  options: GatewayInfrastructureOptions & { readonly onTrouble: (sentence: string) => void },
): InfrastructureWriter {
  const gatewayOf = (key: Key): OwnGateway | undefined => {
    const row = build.gateway.gateways.get(key);
    return row === undefined ? undefined : ownGateway(row);
  };
  return new InfrastructureWriter({
    wanted: (key) => {
      const gateway = gatewayOf(key);
      return gateway && JSON.stringify(gateway);
    },
    write: async (key) => {
      const gateway = gatewayOf(key);
      if (gateway === undefined) return;
      const { template, target, authority } = options;
      const bootstrap = bootstrapOf(template, gateway.fleet, target, authority !== undefined);
      const identity = await identityOf(gateway, connection, authority);
      for (const object of ownObjects(gateway, template, bootstrap, identity)) await applyOwned(connection, object, gateway.uid);
    },
    onTrouble: options.onTrouble,
    clock: systemClock,
  });
}

/** Undefined: it has no Envoys of its own, or nothing for them to serve. */
function ownGateway(row: GatewayRow): OwnGateway | undefined {
  const { metadata, spec, fleet } = row;
  if (fleet === undefined || metadata.uid === undefined) return undefined;
  const ports = new Map<string, ServedPort>();
  for (const { accepted, spec: listener } of listenersOf(row)) {
    const transport = listener.protocol === 'UDP' ? 'udp' : 'tcp';
    if (accepted.status === 'True') ports.set(`${transport} ${listener.port}`, { port: listener.port, transport });
  }
  if (ports.size === 0) return undefined;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    className: spec.gatewayClassName,
    infrastructureName: infrastructureName(row),
    fleet,
    ports: [...ports.values()].toSorted((a, b) => a.port - b.port || a.transport.localeCompare(b.transport)),
    labels: spec.infrastructure?.labels ?? {},
    annotations: spec.infrastructure?.annotations ?? {},
    addresses: spec.addresses.flatMap(({ value }) => value ?? []),
  };
}

/** What it has, as long as that is good; else a new one. */
async function identityOf(
  { namespace, infrastructureName: name, uid, fleet }: OwnGateway,
  connection: Connection,
  authority: GatewayInfrastructureOptions['authority'],
): Promise<Identity | undefined> {
  if (authority === undefined) return undefined;
  const trusted = readFileSync(authority.certificate, 'utf8');
  const found = await readOwnedSecret(connection, { namespace, name }, uid);
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
