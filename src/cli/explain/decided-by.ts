import { differences, valueAt } from '../../debug/differences.ts';
import { resourceMessage } from '../../debug/resource-messages.ts';
import { findResource } from '../../explain/find-resource.ts';
import type { Explanation } from '../../explain/explain.ts';
import { ownListener } from '../../explain/listeners.ts';
import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import { candidatesFor } from '../why/candidates.ts';
import { type Setting, withoutEach } from '../why/settings-of.ts';

interface Host {
  readonly routes?: readonly Route[];
  readonly retry_policy?: RetryPolicy | undefined;
}

interface RetryPolicy {
  readonly num_retries?: number;
  readonly retry_on?: string;
}

/** A route of Envoy's as JSON, as far as it is told of. */
interface Route {
  readonly name?: string;
  readonly match?: unknown;
  readonly redirect?: unknown;
  readonly direct_response?: unknown;
  readonly route?: {
    readonly weighted_clusters?: { readonly clusters?: readonly { readonly weight?: number }[] };
    readonly retry_policy?: RetryPolicy | undefined;
    readonly [field: string]: unknown;
  };
  readonly typed_per_filter_config?: Readonly<Record<string, unknown>>;
}

/** What an explanation tells of a route, each with that by which it is seen whether a setting decides it. */
const parts = {
  redirect: ({ redirect, direct_response: answer }) => [redirect, answer],
  weight: ({ route }) => route?.weighted_clusters?.clusters?.map(({ weight }) => weight),
  rewrite: ({ route }) => [route?.['regex_rewrite'], route?.['prefix_rewrite']],
  host: ({ route }) => [route?.['host_rewrite_literal'], route?.['host_rewrite']],
  timeout: ({ route }) => route?.['timeout'],
  'idle timeout': ({ route }) => route?.['idle_timeout'],
  retries: ({ route }) => [route?.retry_policy?.num_retries, route?.retry_policy?.retry_on],
} as const satisfies Readonly<Record<string, (route: Route) => unknown>>;

/** `route`: without the setting there would be no such route; `filter NAME`: what a filter does on it. */
export type Told = keyof typeof parts | 'route' | `filter ${string}`;

/** The settings that decide what is told of the winner; what none decides is not in it. */
export type DecidedBy = ReadonlyMap<Told, readonly Setting[]>;

/** Found by trying each annotation of the objects that the winner comes from, and each key of the ConfigMap. */
export function decidedBy(
  build: Build,
  { listener, domain, tried }: Explanation,
  settings: Pick<ControllerSettings, 'configmap'>,
): DecidedBy | undefined {
  const place = tried.findIndex(({ objection }) => objection === undefined);
  // Hosts of listeners of their own may have the same names.
  if (place < 0 || domain === undefined || ownListener(listener) !== undefined) return undefined;
  const found = build.current && findResource(build.current.resources, `host/${domain}`);
  const now = routesOf(build, domain)[place];
  if (found === undefined || now === undefined) return undefined;
  const decided = new Map<Told, Setting[]>();
  const candidates = candidatesFor(build, found, found.path, settings);
  for (const [setting, then] of withoutEach(build, candidates, () => likest(now, routesOf(build, domain)))) {
    for (const told of differing(now, then)) decided.set(told, [...(decided.get(told) ?? []), setting]);
  }
  return decided;
}

function routesOf({ current }: Build, domain: string): readonly Route[] {
  const found = current && findResource(current.resources, `host/${domain}`);
  if (found === undefined) return [];
  const host = (valueAt(resourceMessage(found.resource), found.path) ?? {}) as Host;
  // What a route does not say of it holds for all of the host.
  return (host.routes ?? []).map(({ route, ...one }) => ({
    ...one,
    ...(route && { route: { retry_policy: host.retry_policy, ...route } }),
  }));
}

/** There may be more than one of a name, such as one that redirects and one that does not. */
function likest(route: Route, among: readonly Route[]): Route | undefined {
  const named = among.filter(({ name }) => name === route.name);
  const isForward = (one: Route): boolean => one.route !== undefined;
  return (
    named.find(({ match }) => differences(match, route.match).length === 0) ??
    named.find((one) => isForward(one) === isForward(route)) ??
    named[0]
  );
}

function differing(now: Route, then: Route | undefined): readonly Told[] {
  if (then === undefined) return ['route'];
  const names = new Set([now, then].flatMap(({ typed_per_filter_config: filters = {} }) => Object.keys(filters)));
  const filters = [...names].filter(
    (name) => differences(now.typed_per_filter_config?.[name], then.typed_per_filter_config?.[name]).length > 0,
  );
  const all = Object.entries(parts) as [keyof typeof parts, (route: Route) => unknown][];
  return [
    ...all.flatMap(([part, of]) => (differences(of(now), of(then)).length > 0 ? [part] : [])),
    ...filters.map((name): Told => `filter ${name}`),
  ];
}
