import type { CanaryView } from '../debug/view.ts';
import { hostsOf, type IngressRow } from '../ingress/ingress-row.ts';
import { objectKey } from '../kube/event.ts';
import type { Route } from '../model/route.ts';
import type { Build } from './build.ts';

type ForwardingRoute = Route & { readonly action: Extract<Route['action'], { readonly type: 'forward' }> };

/** Every path of every canary: what is wanted, and how requests are shared that neither a header nor a cookie decides on. */
export function listCanaries(build: Build): readonly CanaryView[] {
  const { ingresses } = build.model;
  const problems = build.problems();
  return [...ingresses.keys()].sort().flatMap((key) => {
    const row = ingresses.get(key);
    if (row?.policies.canary === undefined || !row.selected) return [];
    const about = problems.filter(({ source }) => source.kind === 'Ingress' && objectKey(source.namespace, source.name) === key);
    const by = build.world.lastWrites.get(`Ingress ${key}`)?.manager;
    return pathsOf(row, build).map((path) => ({ ...path, ...(by === undefined ? {} : { by }), problems: about.map(({ code }) => code) }));
  });
}

type CanaryPath = Omit<CanaryView, 'by' | 'problems'>;

function pathsOf(row: IngressRow, { model }: Build): readonly CanaryPath[] {
  const { weight, total, header, cookie } = row.policies.canary ?? { weight: 0, total: 100 };
  const { namespace, name } = row.metadata;
  const wanted = {
    ...{ namespace, name, wanted: weight / total },
    ...(header === undefined ? {} : { header: header.name }),
    ...(cookie === undefined ? {} : { cookie }),
  };
  const found = [...hostsOf(row)].sort().flatMap((host) => {
    const routes = (model.virtualHosts.get(host)?.routes ?? []).filter((route) => isShared(route, namespace, name));
    return routes.map((route): CanaryPath => ({ ...wanted, host, path: route.match.path, ...sharesOf(route, row) }));
  });
  // It takes part in no path.
  return found.length > 0
    ? found
    : [...hostsOf(row)].sort().map((host) => ({ ...wanted, host, path: '', sent: 0, stable: [], canary: [] }));
}

/** The route of a path that takes what no header and no cookie decides on. */
function isShared(route: Route, namespace: string, name: string): route is ForwardingRoute {
  if (route.action.type !== 'forward' || route.conditions !== undefined) return false;
  return route.sources.slice(1).some((source) => source.kind === 'Ingress' && source.namespace === namespace && source.name === name);
}

/** Keys of upstreams begin with the Service that they are of. */
function sharesOf(
  { action: { upstreams } }: ForwardingRoute,
  { metadata, spec }: IngressRow,
): Pick<CanaryPath, 'sent' | 'stable' | 'canary'> {
  const services = spec.rules.flatMap(({ paths = [] }) => paths.flatMap(({ backend }) => backend.service?.name ?? []));
  const others = spec.defaultBackend?.service === undefined ? services : [...services, spec.defaultBackend.service.name];
  const isCanary = (upstream: string): boolean => others.some((service) => upstream.startsWith(`${metadata.namespace}/${service}/`));
  const whole = upstreams.reduce((sum, { weight }) => sum + weight, 0);
  const ofCanary = upstreams.filter(({ upstream }) => isCanary(upstream));
  return {
    sent: whole === 0 ? 0 : ofCanary.reduce((sum, { weight }) => sum + weight, 0) / whole,
    stable: upstreams.filter(({ upstream }) => !isCanary(upstream)).map(({ upstream }) => upstream),
    canary: ofCanary.map(({ upstream }) => upstream),
  };
}
