import type { Source } from '../model/source.ts';
import { anyHost } from '../model/virtual-host.ts';
import { chunked } from './chunked.ts';
import type { Placed } from './order.ts';
import type { Scheme } from './sequences.ts';
import type { GatewayName } from './written-gateway.ts';
import { apiVersion, type Manifest, type WrittenBackend, type WrittenMatch, type WrittenRule } from './written-route.ts';

/** What one host does with some of its requests, or with its connections. */
export type HostRule = {
  readonly hostname: string;
  /** The Ingress. */
  readonly source: Source;
  /** Over which alone; absent: over all that the host is served over. */
  readonly schemes?: readonly Scheme[] | undefined;
} & ({ readonly match: WrittenMatch; readonly rule: WrittenRule } | { readonly passed: WrittenBackend });

export interface Parents {
  readonly gateway: GatewayName;
  readonly setOf: (hostname: string) => string | undefined;
}

/** Of a route: rules, and hostnames. */
const most = 16;
const mostMatches = 64;

const bothSchemes: readonly Scheme[] = ['http', 'https'];

export interface PlacedRoute extends Placed {
  readonly hostname: string;
  readonly source: Source;
}

type Members = readonly [Group, ...Group[]];

interface RuleObject {
  readonly matches: readonly WrittenMatch[];
  readonly rule: WrittenRule;
}

interface Group {
  readonly source: Source;
  readonly hostname: string;
  readonly schemes: readonly Scheme[] | undefined;
  readonly rules: RuleObject[];
}

/** One route for each Ingress and what of its hosts is the same; `placed`: those of a host and a scheme, in the order of the Ingress. */
export function writeRoutes(
  rules: readonly HostRule[],
  parents: Parents,
): { readonly objects: readonly Manifest[]; readonly placed: readonly (readonly PlacedRoute[])[] } {
  const names = new Names();
  const places = new Map<WrittenMatch, Placed['place']>();
  const objects = joined(grouped(rules)).flatMap((members): readonly Manifest[] => {
    const [{ source, rules: all }] = members;
    return chunked(all, most).map((chunk, index) => {
      const name = names.next(source);
      for (const member of members)
        for (const [rule, { matches }] of member.rules.slice(index * most, (index + 1) * most).entries())
          for (const [at, match] of matches.entries()) places.set(match, [`${source.namespace}/${name}`, rule, at]);
      return httpRoute(name, members, chunk, parents);
    });
  });
  const passed = rules.flatMap((one) => ('passed' in one ? [passedRoute(one, names, parents)] : []));
  const placed = new Map<string, PlacedRoute[]>();
  for (const { hostname, source, schemes = bothSchemes, ...one } of rules) {
    const place = 'match' in one ? places.get(one.match) : undefined;
    if (!('match' in one) || place === undefined) continue;
    for (const scheme of schemes) {
      const key = `${scheme}://${hostname}`;
      placed.set(key, [...(placed.get(key) ?? []), { hostname, match: one.match, place, source }]);
    }
  }
  return { objects: [...objects, ...passed], placed: [...placed.values()] };
}

function httpRoute(name: string, members: Members, rules: readonly RuleObject[], parents: Parents): Manifest {
  const [first] = members;
  const hostnames = members.map(({ hostname }) => hostname);
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: { name, namespace: first.source.namespace },
    spec: {
      parentRefs: parentsOf(first, hostnames, parents),
      ...(first.hostname === anyHost ? {} : { hostnames }),
      rules: rules.map(({ matches, rule }) => ({ matches, ...rule })),
    },
  };
}

/** What follows each other with the same outcome is one rule. */
function grouped(rules: readonly HostRule[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const one of rules) {
    if (!('match' in one)) continue;
    const { source, hostname, schemes, match, rule } = one;
    const key = JSON.stringify([source.namespace, source.name, hostname, schemes ?? []]);
    const group = groups.get(key) ?? { source, hostname, schemes, rules: [] };
    groups.set(key, group);
    const last = group.rules.at(-1);
    if (last !== undefined && last.matches.length < mostMatches && JSON.stringify(last.rule) === JSON.stringify(rule))
      group.rules[group.rules.length - 1] = { matches: [...last.matches, match], rule };
    else group.rules.push({ matches: [match], rule });
  }
  return [...groups.values()];
}

/** Hosts of one Ingress with the same rules. */
function joined(groups: readonly Group[]): readonly Members[] {
  const all = new Map<string, [Group, ...Group[]]>();
  for (const group of groups) {
    const { source, hostname, schemes, rules } = group;
    const same = JSON.stringify([source.namespace, source.name, schemes ?? [], rules, hostname === anyHost]);
    const known = all.get(same);
    if (known !== undefined && known.length < most) known.push(group);
    else all.set(known === undefined ? same : `${same} ${hostname}`, [group]);
  }
  return [...all.values()];
}

/** Without a port a route is for every listener of its hostnames. */
function parentsOf({ schemes, source }: Group, hostnames: readonly string[], { gateway, setOf }: Parents): readonly object[] {
  const place = gateway.namespace === source.namespace ? {} : { namespace: gateway.namespace };
  const sets = [...new Set(hostnames.flatMap((hostname) => setOf(hostname) ?? []))];
  const ofSets = sets.map((name) => ({ kind: 'ListenerSet', name, ...place }));
  if (schemes === undefined) return [{ name: gateway.name, ...place }, ...ofSets];
  if (schemes.includes('http')) return [{ name: gateway.name, ...place, port: 80 }];
  const inGateway = hostnames.some((hostname) => setOf(hostname) === undefined);
  return [...(inGateway ? [{ name: gateway.name, ...place, port: 443 }] : []), ...ofSets];
}

function passedRoute(one: HostRule & { readonly passed: WrittenBackend }, names: Names, parents: Parents): Manifest {
  const { source, hostname, passed, schemes } = one;
  return {
    apiVersion,
    kind: 'TLSRoute',
    metadata: { name: names.next(source), namespace: source.namespace },
    spec: {
      parentRefs: parentsOf({ source, hostname, schemes, rules: [] }, [hostname], parents),
      hostnames: [hostname],
      rules: [{ backendRefs: [passed] }],
    },
  };
}

/** That of the Ingress, and for further objects with a number behind it, in their order. */
class Names {
  readonly #counts = new Map<string, number>();

  next({ namespace, name }: Source): string {
    const key = `${namespace}/${name}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count === 1 ? name : `${name}-${String(count).padStart(3, '0')}`;
  }
}
