import { problem, type Problem } from '../model/problem.ts';
import type { Route } from '../model/route.ts';
import { anyHost, type VirtualHost } from '../model/virtual-host.ts';
import type { RedirectSettings } from './config/tables.ts';
import { hostnameOf, hostsOf, type IngressRow } from './ingress-row.ts';
import { sourceOf } from './source-of.ts';

/** What a hostname is to the Ingresses that speak of it. */
export type HostRole = {
  /** The oldest first: those that have something to say under it, or under the host of which it is another name. */
  readonly rows: readonly IngressRow[];
  /** Ingresses that want it as another name and do not get it. */
  readonly refused: readonly IngressRow[];
} & (
  | { readonly type: 'own' }
  /** Another name of the host `of`, because the Ingress `by` asks for it. */
  | { readonly type: 'alias' | 'www'; readonly of: string; readonly by: IngressRow }
);

/** The other names that an Ingress wants for its hosts. */
export function otherNamesOf(row: IngressRow): ReadonlySet<string> {
  const { otherNames, canary } = row.policies;
  if (otherNames === undefined || canary !== undefined || row.spec.rules.length === 0) return new Set();
  const www = otherNames.fromToWww ? ruleHosts(row).flatMap(counterpart) : [];
  return new Set([...otherNames.aliases, ...www]);
}

/**
 * Chooses as ingress-nginx does (createServers and getConfiguration in its controller.go): a host that an Ingress has rules for is no other's
 * alias, and an alias is no redirect. `rows`: all that speak of the hostname, the oldest first; `rowsOf`: those of another.
 */
export function roleOf(hostname: string, rows: readonly IngressRow[], rowsOf: (hostname: string) => readonly IngressRow[]): HostRole {
  const own = rows.filter((row) => hostsOf(row).has(hostname));
  const others = rows.filter((row) => otherNamesOf(row).has(hostname));
  const wantIt = others.filter(({ policies }) => policies.otherNames?.aliases.includes(hostname));
  if (own.length > 0) return { type: 'own', rows: own, refused: wantIt };
  const ofHost = (of: string): readonly IngressRow[] => rowsOf(of).filter((row) => hostsOf(row).has(of));
  for (const by of wantIt) {
    const of = ruleHosts(by).find((host) => isSame(ofHost(host).find(hasAliases), by));
    if (of === undefined) continue;
    return { type: 'alias', of, by, rows: ofHost(of), refused: wantIt.filter((row) => !ruleHosts(row).includes(of)) };
  }
  for (const by of others) {
    const of = by.policies.otherNames?.fromToWww === true ? ruleHosts(by).find((host) => counterpart(host).includes(hostname)) : undefined;
    if (of !== undefined) return { type: 'www', of, by, rows: ofHost(of), refused: wantIt };
  }
  return { type: 'own', rows: [], refused: wantIt };
}

function isSame(one: IngressRow | undefined, { metadata: { namespace, name } }: IngressRow): boolean {
  return one?.metadata.namespace === namespace && one.metadata.name === name;
}

function hasAliases({ policies }: IngressRow): boolean {
  return policies.canary === undefined && (policies.otherNames?.aliases.length ?? 0) > 0;
}

/** Sends clients from the one name to the other; scheme, path and query stay, but for a slash at the end. */
export function wwwRedirect(
  hostname: string,
  { of, by }: HostRole & { readonly type: 'alias' | 'www' },
  settings: RedirectSettings,
): VirtualHost {
  const { namespace, name } = by.metadata;
  const route: Route = {
    name: `${namespace}/${name} to ${of}`,
    match: { type: 'prefix', path: '/' },
    action: { type: 'redirect', status: settings.status, hostname: of, withoutTrailingSlash: true },
    sources: [sourceOf({ kind: 'Ingress', ...by })],
  };
  return { hostname, routes: [route] };
}

export function aliasTaken(hostname: string, row: IngressRow): Problem {
  return problem('NR305', sourceOf({ kind: 'Ingress', ...row }), {
    message: `The name ${hostname} in server-alias is a host of its own, or another name of an older Ingress.`,
    done: 'It is no other name of the hosts of this Ingress.',
    fix: 'Remove it from server-alias, or remove what has it.',
  });
}

function ruleHosts({ spec }: IngressRow): readonly string[] {
  return [...new Set(spec.rules.map(({ host }) => hostnameOf(host)))].filter((host) => host !== anyHost);
}

function counterpart(host: string): readonly string[] {
  if (host.startsWith('*')) return [];
  return [host.startsWith('www.') ? host.slice('www.'.length) : `www.${host}`];
}
