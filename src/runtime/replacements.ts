import type { Source } from '../model/source.ts';
import type { Reference, Resource } from '../snapshot/resource.ts';
import { ownersIn, partOf, partSources, partVersion } from '../xds/quarantine/host-parts.ts';
import {
  type Quarantinable,
  type Quarantined,
  type RenderedHost,
  type Replacement,
  splitName,
  versionIn,
} from '../xds/quarantine/quarantine.ts';
import type { Rendering } from '../xds/rendering.ts';
import { scopeOf } from '../xds/scopes/scope.ts';
import type { EncodedVirtualHost } from '../xds/routes/virtual-host.ts';
import type { LastAccepted } from './last-accepted.ts';

export type Choice = Pick<Quarantined, 'replacement' | 'needs'>;

/** What can be served instead of refused content: the best first, and last what no Envoy can refuse. */
export class Replacements {
  readonly #rendering: Rendering;
  readonly #accepted: LastAccepted;

  constructor(rendering: Rendering, accepted: LastAccepted) {
    this.#rendering = rendering;
    this.#accepted = accepted;
  }

  /** `refused`: the versions of this name that are known to be bad. */
  of(proxy: string, what: Quarantinable, name: string, refused: ReadonlySet<string>): readonly [Choice, ...Choice[]] {
    const last: Choice = { replacement: { type: what === 'endpoints' ? 'empty' : 'left out' }, needs: [] };
    if (what === 'hosts') return this.#forHost(proxy, name, refused);
    const resource = this.#accepted.find(proxy, what, name, ({ version }) => !refused.has(version));
    const needs = resource === undefined ? undefined : this.#needs(proxy, resource.references);
    if (resource === undefined || needs === undefined) return [last];
    return [{ replacement: { type: 'accepted resource', resource }, needs }, last];
  }

  /** What is served while it is not known whether this is bad: what was there before. */
  meanwhile(proxy: string, what: Quarantinable, name: string, version: string): Choice {
    const [before] = this.of(proxy, what, name, new Set([version]));
    if (before.replacement.type === 'accepted part') return { ...before, replacement: { ...before.replacement, others: 'left out' } };
    if (before.replacement.type !== 'answers') return before;
    return { replacement: { type: splitName(name).owner === undefined ? 'left out' : 'no part' }, needs: [] };
  }

  /** The virtual host that this Envoy runs, as far as it is known. */
  acceptedHost(proxy: string, name: string, suits: (host: RenderedHost) => boolean): RenderedHost | undefined {
    const { hostname } = splitName(name);
    const hostOf = (found: Resource): RenderedHost | undefined => this.#rendering.hostsIn(found).get(hostname);
    const scope = this.#accepted.find(proxy, 'scopes', scopeOf(hostname), (found) => {
      const host = hostOf(found);
      return host !== undefined && suits(host);
    });
    return scope === undefined ? undefined : hostOf(scope);
  }

  /** The objects that refused content comes from; of a host that is put back, those whose parts are new. */
  sources(what: Quarantinable, name: string, replacement: Replacement): readonly Source[] {
    const all = this.#rendering.rendered(what, name)?.sources ?? [];
    const rendered = replacement.type === 'accepted host' ? this.#rendering.renderedHost(name) : undefined;
    if (replacement.type !== 'accepted host' || rendered === undefined) return all;
    const changed = ownersIn(rendered).filter((owner) => partVersion(rendered, owner) !== partVersion(replacement.host, owner));
    const sources = changed.flatMap((owner) => partSources(rendered, owner));
    return sources.length > 0 ? sources : all;
  }

  #forHost(proxy: string, name: string, refused: ReadonlySet<string>): readonly [Choice, ...Choice[]] {
    const { owner } = splitName(name);
    const accepted = this.acceptedHost(proxy, name, (host) => {
      const version = versionIn(host, name);
      return version !== undefined && !refused.has(version);
    });
    const answers: Choice = { replacement: { type: 'answers' }, needs: [] };
    const others: readonly [Choice, ...Choice[]] =
      owner === undefined ? [answers, { replacement: { type: 'left out' }, needs: [] }] : [answers];
    const routes = accepted === undefined || owner === undefined ? [] : partOf(accepted, owner);
    const needs = accepted && this.#needs(proxy, clustersOf(accepted, routes));
    if (accepted === undefined || needs === undefined) return others;
    const { host: _model, ...host } = accepted;
    const replacement: Replacement =
      owner === undefined ? { type: 'accepted host', host } : { type: 'accepted part', routes, others: 'answer 503' };
    return [{ replacement, needs }, ...others];
  }

  /** The accepted resources that these lead to; undefined when one of them is nowhere to be had. */
  #needs(proxy: string, references: readonly Reference[]): readonly Resource[] | undefined {
    const found: Resource[] = [];
    for (const { type, name } of references) {
      if (type === 'scopes' || type === 'routes') continue;
      const resource = this.#accepted.find(proxy, type, name, () => true);
      const further = resource === undefined ? undefined : this.#needs(proxy, resource.references);
      // What nobody has accepted yet may be refused and left out at any time.
      if (resource === undefined || further === undefined) return undefined;
      found.push(resource, ...further);
    }
    return found;
  }
}

/** The clusters of a host; with `part`, those that are named there. */
function clustersOf({ clusters }: EncodedVirtualHost, part: readonly Buffer[]): readonly Reference[] {
  return clusters
    .filter((name) => part.length === 0 || part.some((bytes) => bytes.includes(name)))
    .map((name) => ({ type: 'clusters', name }));
}
