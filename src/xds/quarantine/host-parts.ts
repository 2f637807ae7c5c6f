import { hash } from 'node:crypto';
import type { Source } from '../../model/source.ts';
import { decode, encode } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { EncodedVirtualHost } from '../routes/virtual-host.ts';

type EnvoyHost = Messages['envoy.config.route.v3.VirtualHost'];
type EnvoyRoute = Messages['envoy.config.route.v3.Route'];

const split = new WeakMap<Buffer, EnvoyHost>();

/** Only what is suspected or put aside is taken apart, so that hosts need not be kept twice. */
function messageOf({ bytes }: EncodedVirtualHost): EnvoyHost {
  let message = split.get(bytes);
  if (message === undefined) split.set(bytes, (message = decode('envoy.config.route.v3.VirtualHost', bytes)));
  return message;
}

/** `namespace/name` of the object that a route is named after; undefined for those that Naru adds by itself. */
function ownerOf({ name = '' }: EnvoyRoute): string | undefined {
  const [owner = ''] = name.split(' ');
  return owner.includes('/') ? owner : undefined;
}

/** The objects that a host has routes of: each of them has a part of the host. */
export function ownersIn(host: EncodedVirtualHost): readonly string[] {
  return [...new Set((messageOf(host).routes ?? []).flatMap((route) => ownerOf(route) ?? []))].sort();
}

/** The routes of one object, encoded, in their order. */
export function partOf(host: EncodedVirtualHost, owner: string): readonly Buffer[] {
  return (messageOf(host).routes ?? [])
    .filter((route) => ownerOf(route) === owner)
    .map((route) => encode('envoy.config.route.v3.Route', route));
}

/** Hash of an object's part; undefined where it has none. */
export function partVersion(host: EncodedVirtualHost, owner: string): string | undefined {
  const part = partOf(host, owner);
  return part.length === 0 ? undefined : hash('sha256', Buffer.concat(part), 'base64url').slice(0, 22);
}

export function partSources({ sources }: EncodedVirtualHost, owner: string): readonly Source[] {
  return sources.filter(({ namespace, name }) => `${namespace}/${name}` === owner);
}

/** What takes the place of an object's part. */
export type PartReplacement =
  /** These routes, as Envoy accepted them. */
  | { readonly type: 'accepted part'; readonly routes: readonly Buffer[]; readonly others: 'left out' | 'answer 503' }
  /** The part as it was before the object had one: none. */
  | { readonly type: 'no part' }
  /** 503 on all its paths, so that none falls through to a wider route. */
  | { readonly type: 'answers' };

/** The host with these parts replaced; undefined where nothing is left of it. */
export function withParts(host: EncodedVirtualHost, replacements: ReadonlyMap<string, PartReplacement>): EncodedVirtualHost | undefined {
  const { routes: all = [], ...head } = messageOf(host);
  const earlier = new EarlierRoutes(replacements);
  let routes = all.flatMap((route) => {
    const owner = ownerOf(route);
    const replacement = owner === undefined ? undefined : replacements.get(owner);
    if (replacement === undefined) return [route];
    if (replacement.type === 'no part') return [];
    const before = earlier.take(route);
    if (before !== undefined) return [before];
    return replacement.type === 'accepted part' && replacement.others === 'left out' ? [] : [answering(route)];
  });
  for (const { route, before } of earlier.left()) routes = insert(routes, route, before === undefined ? 0 : routes.indexOf(before) + 1);
  if (!routes.some((route) => ownerOf(route) !== undefined)) return undefined;
  return { ...host, bytes: encode('envoy.config.route.v3.VirtualHost', { ...head, routes }) };
}

/** Accepted routes. A wildcard host has some names twice: its own, and those of the host for everything else. */
class EarlierRoutes {
  readonly #parts: readonly (readonly EnvoyRoute[])[];
  readonly #left: Set<EnvoyRoute>;

  constructor(replacements: ReadonlyMap<string, PartReplacement>) {
    this.#parts = [...replacements.values()].map((replacement) =>
      (replacement.type === 'accepted part' ? replacement.routes : []).map((bytes) => decode('envoy.config.route.v3.Route', bytes)),
    );
    this.#left = new Set(this.#parts.flat());
  }

  take({ name }: EnvoyRoute): EnvoyRoute | undefined {
    for (const route of this.#left) {
      if (route.name !== name) continue;
      this.#left.delete(route);
      return route;
    }
    return undefined;
  }

  /** Those that were not taken, each with the one of the same object that it comes after. */
  left(): readonly { readonly route: EnvoyRoute; readonly before: EnvoyRoute | undefined }[] {
    return this.#parts.flatMap((part) =>
      part.flatMap((route, index) => (this.#left.has(route) ? [{ route, before: part[index - 1] }] : [])),
    );
  }
}

function answering({ name, match }: EnvoyRoute): EnvoyRoute {
  const route = { direct_response: { status: 503, body: { inline_string: 'Service Unavailable\n' } } };
  return { ...(name === undefined ? {} : { name }), ...(match === undefined ? {} : { match }), ...route };
}

/** Before the first route that would take its requests, and not before `from`. */
function insert(routes: readonly EnvoyRoute[], route: EnvoyRoute, from: number): EnvoyRoute[] {
  const path = pathOf(route);
  const at = routes.findIndex(({ name, match }, index) => {
    const wide = match?.path_separated_prefix ?? match?.prefix;
    return index >= from && name !== 'misdirected' && wide !== undefined && path.startsWith(wide);
  });
  return at < 0 ? [...routes, route] : [...routes.slice(0, at), route, ...routes.slice(at)];
}

function pathOf({ match }: EnvoyRoute): string {
  return match?.path ?? match?.path_separated_prefix ?? match?.prefix ?? '';
}
