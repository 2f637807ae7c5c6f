import { isDeepStrictEqual } from 'node:util';
import type { Route } from '../model/route.ts';
import type { Source } from '../model/source.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { Reference, Resource } from '../snapshot/resource.ts';
import { objectsOf } from '../xds/answering-host.ts';
import { hostVersion, type Quarantinable, type Quarantined, type RenderedHost, type Replacement } from '../xds/quarantine.ts';
import type { Rendering } from '../xds/rendering.ts';
import { routeConfigurationName } from '../xds/route-configuration.ts';
import type { LastAccepted } from './last-accepted.ts';

export type Choice = Pick<Quarantined, 'replacement' | 'needs'>;

/** A host of more objects than this answers 503 as a whole, rather than trying so many times. */
const mostTries = 8;

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
    if (what === 'hosts') return [...this.#forHost(proxy, name, refused), last] as unknown as [Choice, ...Choice[]];
    const resource = this.#accepted.find(proxy, what, name, ({ version }) => !refused.has(version));
    const needs = resource === undefined ? undefined : this.#needs(proxy, resource.references);
    if (resource === undefined || needs === undefined) return [last];
    return [{ replacement: { type: 'accepted resource', resource }, needs }, last];
  }

  /** The virtual host that this Envoy runs, as far as it is known. */
  acceptedHost(proxy: string, name: string, suits: (host: RenderedHost) => boolean): RenderedHost | undefined {
    const hostOf = (routes: Resource): RenderedHost | undefined => this.#rendering.hostsIn(routes).get(name);
    const routes = this.#accepted.find(proxy, 'routes', routeConfigurationName, (found) => {
      const host = hostOf(found);
      return host !== undefined && suits(host);
    });
    return routes === undefined ? undefined : hostOf(routes);
  }

  /** The objects that refused content comes from; where one replacement concerns fewer of them, those. */
  sources(what: Quarantinable, name: string, replacement: Replacement): readonly Source[] {
    const all = this.#rendering.rendered(what, name)?.sources ?? [];
    if (replacement.type === 'answers' && replacement.object !== undefined) {
      return all.filter((source) => objectsOf({ sources: [source] }).includes(replacement.object ?? ''));
    }
    const rendered = this.#rendering.renderedHost(name);
    if (replacement.type !== 'accepted host' || rendered === undefined) return all;
    const changed = changedRoutes(rendered.host, replacement.host.host).flatMap(({ sources }) => sources);
    return changed.length > 0 ? changed : all;
  }

  #forHost(proxy: string, name: string, refused: ReadonlySet<string>): readonly Choice[] {
    const accepted = this.acceptedHost(proxy, name, (host) => !refused.has(hostVersion(host)));
    const needs = accepted && this.#needs(proxy, clustersOf(accepted));
    const asBefore: Choice[] =
      accepted === undefined || needs === undefined ? [] : [{ replacement: { type: 'accepted host', host: accepted }, needs }];
    const objects = [...new Set(objectsOf({ sources: this.#rendering.rendered('hosts', name)?.sources ?? [] }))];
    const answers: Replacement[] = objects.length > mostTries ? [] : objects.map((object) => ({ type: 'answers', object }));
    return [...asBefore, ...[...answers, { type: 'answers' } as const].map((replacement) => ({ replacement, needs: [] }))];
  }

  /** The accepted resources that these lead to; undefined when one of them is nowhere to be had. */
  #needs(proxy: string, references: readonly Reference[]): readonly Resource[] | undefined {
    const found: Resource[] = [];
    for (const { type, name } of references) {
      if (type === 'routes') continue;
      const resource = this.#accepted.find(proxy, type, name, () => true);
      const further = resource === undefined ? undefined : this.#needs(proxy, resource.references);
      // What nobody has accepted yet may be refused and left out at any time.
      if (resource === undefined || further === undefined) return undefined;
      found.push(resource, ...further);
    }
    return found;
  }
}

function clustersOf({ clusters }: RenderedHost): readonly Reference[] {
  return clusters.map((name) => ({ type: 'clusters', name }));
}

function changedRoutes(now: VirtualHost, before: VirtualHost): readonly Route[] {
  const known = new Map(allRoutes(before).map((route) => [route.name, route]));
  return allRoutes(now).filter((route) => !sameRoute(route, known.get(route.name)));
}

function allRoutes({ routes, fallback }: VirtualHost): readonly Route[] {
  return fallback === undefined ? routes : [...routes, fallback];
}

function sameRoute(a: Route, b: Route | undefined): boolean {
  if (b === undefined) return false;
  const { sources: _ours, ...one } = a;
  const { sources: _theirs, ...other } = b;
  return isDeepStrictEqual(one, other);
}
