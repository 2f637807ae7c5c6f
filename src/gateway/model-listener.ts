import { UpstreamUses } from '../ingress/backends/upstream-uses.ts';
import { oldestFirst } from '../ingress/age.ts';
import type { Chain, Listener, Taken } from '../model/listener.ts';
import type { WeightedUpstream } from '../model/route.ts';
import { anyHost } from '../model/virtual-host.ts';
import type { Key } from '../store/table.ts';
import { endsTls, type ListenerRow } from './listener-row.ts';
import { type ResolvedBackends, withCertificate } from './resolved-backends.ts';
import type { RouteText } from './route-row.ts';
import type { Socket } from './socket.ts';

/** A route for whole connections, attached to a listener. */
export interface ConnectionMember {
  readonly route: RouteText;
  readonly resolved: ResolvedBackends;
  readonly hostnames: readonly string[];
  /** See `BackendCertificate`. */
  readonly certificate: Key | undefined;
}

export interface ListenerFold {
  readonly listener: Listener;
  readonly upstreams: UpstreamUses['all'];
}

/** The listener that a socket is in the Model. All of plain HTTP share one chain: the host of a request tells them apart. */
export function foldListener(
  key: Key,
  { address, port, publicPort, transport, fleet, listeners }: Socket,
  members: (listener: ListenerRow) => readonly ConnectionMember[],
): ListenerFold | undefined {
  const uses = new UpstreamUses();
  const plain = listeners.some(({ spec }) => spec.protocol === 'HTTP');
  const chains: Chain[] = plain ? [{ name: 'http', takes: { type: 'requests' } }] : [];
  for (const row of listeners) {
    if (row.spec.protocol === 'HTTPS') chains.push(...requestChain(row));
    else if (row.spec.protocol !== 'HTTP') chains.push(...connectionChains(row, members(row), uses));
  }
  if (chains.length === 0) return undefined;
  const sources = listeners.map(({ owner: { kind, metadata }, field }) => ({
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    field,
  }));
  const place = { address, port, transport, ...(publicPort === port ? {} : { publicPort }), ...(fleet === undefined ? {} : { fleet }) };
  return { listener: { key, ...place, chains, sources }, upstreams: uses.all };
}

/** Without a certificate there is none: clients are refused. */
function requestChain({ key: name, hostname, certificates, clients }: ListenerRow): readonly Chain[] {
  if (certificates.length === 0) return [];
  const tls = { certificates, ...(clients === undefined ? {} : { clients }) };
  return [{ name, ...serverName(hostname), tls, takes: { type: 'requests' } }];
}

/** A chain for each hostname that a route has there; of several routes the oldest has it. */
function connectionChains(row: ListenerRow, members: readonly ConnectionMember[], uses: UpstreamUses): readonly Chain[] {
  const { key, spec, certificates } = row;
  const tls = endsTls(spec) ? { tls: { certificates } } : {};
  if (endsTls(spec) && certificates.length === 0) return [];
  const byHost = new Map<string, ConnectionMember>();
  const oldest = oldestFirst(
    members.map((member) => ({ ...member, metadata: member.route.metadata })),
    'kubernetes',
  );
  for (const member of oldest) for (const hostname of member.hostnames) if (!byHost.has(hostname)) byHost.set(hostname, member);
  return [...byHost].map(
    ([hostname, member]): Chain => ({
      name: hostname === anyHost ? key : `${key} ${hostname}`,
      ...(spec.protocol === 'TLS' ? serverName(hostname) : {}),
      ...tls,
      takes: connections(member, spec.tls?.mode === 'Passthrough', uses),
    }),
  );
}

/** What is not decrypted is not encrypted again. */
function connections({ route, resolved: { upstreams }, certificate }: ConnectionMember, passed: boolean, uses: UpstreamUses): Taken {
  const usable: WeightedUpstream[] = [];
  let failing = 0;
  for (const [at, { weight }] of (route.spec.rules[0]?.backendRefs ?? []).entries()) {
    const upstream = upstreams[`spec.rules[0].backendRefs[${at}]`];
    if (upstream === undefined) failing += weight;
    else if (weight > 0)
      usable.push({ upstream: uses.use(upstream.key, passed ? {} : withCertificate(upstream.policy, certificate)), weight });
  }
  return { type: 'connections', upstreams: usable, ...(failing === 0 && usable.length > 0 ? {} : { failing: Math.max(failing, 1) }) };
}

function serverName(hostname: string): { readonly serverName?: string } {
  return hostname === anyHost ? {} : { serverName: hostname };
}
