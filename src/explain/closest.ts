import { nearest } from '../model/nearest.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { hostnameOf, listenerOf } from '../model/virtual-host.ts';
import { sourcesIn } from '../xds/routes/route-metadata.ts';
import { hostOfScope, isOfOneHost, scopeOfOthers } from '../xds/scopes/scope.ts';
import { printPathMatch } from './match/route.ts';
import { type ExplainedRequest, hostOf, pathOnly } from './request.ts';
import type { ResourceReader } from './resource-reader.ts';

type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];

/** Name of the route to the default backend that is nobody's. */
export const controllerDefault = 'default backend';

/** What a request that nobody serves may have been meant for. */
export interface Closest {
  readonly what: 'host' | 'path';
  readonly name: string;
  /** How it differs: a sentence. */
  readonly why: string;
  /** Of its first route. */
  readonly sources: readonly string[];
}

/**
 * The host that is most like one that nobody serves: a wildcard that almost covers it, or a name that is written nearly so. `listener`: absent
 * at the edge.
 */
export function closestHost(request: ExplainedRequest, listener: string | undefined, reader: ResourceReader): Closest | undefined {
  const asked = hostOf(request);
  const served = servedHosts(listener, reader);
  const names = [...served.keys()];
  const wildcard = names
    .filter((name) => name.startsWith('*.') && `.${asked}`.endsWith(name.slice(1)))
    .toSorted((a, b) => b.length - a.length)[0];
  const found = wildcard ?? nearest(asked, names);
  if (found === undefined) return undefined;
  return {
    what: 'host',
    name: found,
    why: wildcard === undefined ? 'It is written nearly so.' : beside(asked, wildcard),
    sources: served.get(found)?.() ?? [],
  };
}

/** The path that is most like one that no route of a host takes. */
export function closestPath(request: ExplainedRequest, { routes = [] }: VirtualHost): Closest | undefined {
  const asked = pathOnly(request);
  const candidates = routes.flatMap(({ match = {}, metadata, name }) => {
    const sources = sourcesIn(metadata);
    return sources.length === 0 || isNobodys({ name, sources }) ? [] : [{ ...printPathMatch(match), sources }];
  });
  const at = (name: string, why: string): Closest | undefined => {
    const found = candidates.find(({ path }) => path === name);
    return found && { what: 'path', name, why, sources: found.sources };
  };
  const below = (path: string, whole: string): boolean => `${whole}/`.startsWith(path.endsWith('/') ? path : `${path}/`);
  for (const { type, path } of candidates) {
    if (type === 'Exact' && path !== asked && below(path, asked))
      return at(path, 'It is Exact: neither a slash at its end nor what is below it is meant.');
    if (type !== 'Regex' && path !== '/' && below(path.toLowerCase(), asked.toLowerCase()))
      return at(path, 'Capital letters count in a path.');
  }
  const near = candidates.find(({ path }) => nearest(firstSegments(asked, path), [path]) !== undefined);
  return near && at(near.path, 'It is written nearly so.');
}

/** Whether a route is for what no object asked for by a path: the answer 404, or the default backend of the controller. */
export function isNobodys({ name, sources }: { readonly name?: string | undefined; readonly sources: readonly string[] }): boolean {
  return sources.length === 0 || name === 'not found' || name === controllerDefault;
}

function beside(asked: string, wildcard: string): string {
  return asked === wildcard.slice(2)
    ? 'A wildcard does not stand for the name behind it.'
    : 'A wildcard stands for one label, and this name has more.';
}

/** As many as another path has. */
function firstSegments(path: string, other: string): string {
  return path.split('/').slice(0, other.split('/').length).join('/');
}

/** The sources of hosts, by name; they are read when they are asked for. */
function servedHosts(listener: string | undefined, reader: ResourceReader): ReadonlyMap<string, () => readonly string[]> {
  const hostsOf = (scope: string): readonly VirtualHost[] => reader.get('scopes', scope)?.route_configuration?.virtual_hosts ?? [];
  const exact = reader
    .names('scopes')
    .filter((name) => listenerOf(name) === listener && isOfOneHost(name))
    .map((name) => [hostnameOf(hostOfScope(name, () => reader.get('scopes', name))), () => sourcesOf(hostsOf(name)[0])] as const);
  const others = hostsOf(scopeOfOthers(listener))
    .filter(isNamed)
    .map((host) => [host.name ?? '', () => sourcesOf(host)] as const);
  return new Map([...exact, ...others]);
}

function isNamed(host: VirtualHost): boolean {
  return host.name !== '*' && sourcesOf(host).length > 0;
}

function sourcesOf(host: VirtualHost | undefined): readonly string[] {
  return host?.routes?.map(({ metadata }) => sourcesIn(metadata)).find((sources) => sources.length > 0) ?? [];
}
