import type { Acknowledgement } from '../ads/acknowledgement.ts';
import type { TypeName } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { ownersIn, partVersion } from '../xds/quarantine/host-parts.ts';
import { hostPart, type Quarantinable, quarantineKey, splitName, versionIn } from '../xds/quarantine/quarantine.ts';
import { scopeOf } from '../xds/scopes/scope.ts';
import type { EncodedVirtualHost } from '../xds/routes/virtual-host.ts';
import type { Assembly } from './assembly.ts';
import type { LastAccepted } from './last-accepted.ts';

/** What snapshots of a moment ago and of now have of a name, beside what an Envoy has accepted. */
export class ServedContent {
  readonly #assembly: Assembly;
  readonly #accepted: LastAccepted;

  constructor(assembly: Assembly, accepted: LastAccepted) {
    this.#assembly = assembly;
    this.#accepted = accepted;
  }

  /** What is in refused scopes and not accepted by this Envoy: parts of hosts, or hosts where all parts are known. */
  newHosts({ proxy, type, names, snapshot }: Acknowledgement): readonly string[] {
    const { rendering } = this.#assembly;
    const sent = this.#accepted.snapshot(snapshot)?.resources[type];
    const hosts = names.flatMap((scope) => {
      const before = rendering.hostsIn(this.#accepted.get(proxy, type, scope));
      return [...rendering.hostsIn(sent?.get(scope))].flatMap(([name, host]) => newParts(name, host, before.get(name)));
    });
    return hosts.sort();
  }

  newResources(what: TypeName & Quarantinable, { proxy, names, snapshot }: Acknowledgement): readonly string[] {
    const sent = this.#accepted.snapshot(snapshot)?.resources[what];
    return names.filter((name) => {
      const version = sent?.get(name)?.version;
      return version !== undefined && version !== this.#accepted.get(proxy, what, name)?.version;
    });
  }

  /** Whether what a snapshot has of a name is what is still served. */
  isServed(what: Quarantinable, name: string, number: number): boolean {
    if (what !== 'hosts') {
      const sent = this.#accepted.snapshot(number)?.resources[what].get(name);
      return sent !== undefined && this.servedVersion(what, name).includes(sent.version);
    }
    const sent = this.#hostVersionIn(this.#accepted.snapshot(number), name);
    return sent !== undefined && this.servedVersion(what, name).includes(sent);
  }

  servedVersion(what: Quarantinable, name: string): readonly string[] {
    if (what !== 'hosts') return [this.#accepted.newest?.resources[what].get(name)?.version ?? ''];
    const served = this.#hostVersionIn(this.#accepted.newest, name);
    return served === undefined ? [] : [served];
  }

  /** Whether something else is served already in the place of what was rendered. */
  isReplaced(what: Quarantinable, name: string): boolean {
    const row = this.#assembly.quarantine.get(quarantineKey(what, name));
    return row?.refusal !== undefined && row.version === this.#assembly.rendering.rendered(what, name)?.version;
  }

  #hostVersionIn(snapshot: Snapshot | undefined, name: string): string | undefined {
    const { hostname } = splitName(name);
    const host = this.#assembly.rendering.hostsIn(snapshot?.resources.scopes.get(scopeOf(hostname))).get(hostname);
    return host && versionIn(host, name);
  }
}

function newParts(name: string, host: EncodedVirtualHost, before: EncodedVirtualHost | undefined): readonly string[] {
  if (before?.bytes.equals(host.bytes) === true) return [];
  const changed = ownersIn(host).filter((owner) => before === undefined || partVersion(host, owner) !== partVersion(before, owner));
  return changed.length === 0 ? [name] : changed.map((owner) => hostPart(name, owner));
}
