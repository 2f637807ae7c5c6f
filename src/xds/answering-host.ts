import { type Route, type RouteAction, upstreamsOf } from '../model/route.ts';
import { printSource } from '../model/source.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

const unavailable: RouteAction = { type: 'answer', status: 503, body: 'Service Unavailable\n' };

/** `Ingress shop/web`, for each object that a route comes from. */
export function objectsOf({ sources }: Pick<Route, 'sources'>): readonly string[] {
  return sources.map(({ kind, namespace, name }) => printSource({ kind, namespace, name }));
}

/** A host that answers 503 whatever it is asked for. */
export function answeringForAll({ hostname, routes, fallback }: VirtualHost): VirtualHost {
  const sources = [...routes, ...(fallback === undefined ? [] : [fallback])].flatMap((route) => route.sources);
  return { hostname, routes: [], fallback: { name: 'refused', match: { type: 'prefix', path: '/' }, action: unavailable, sources } };
}

/**
 * The same host without clusters that are left out: the others of a route take their share; a route that has no other
 * answers 503.
 */
export function withoutClusters(host: VirtualHost, isLeftOut: (cluster: string) => boolean): VirtualHost {
  const usable = (route: Route): Route => {
    if (route.action.type !== 'forward') return route;
    if (!upstreamsOf(route).some(isLeftOut)) return route;
    const upstreams = route.action.upstreams.filter(({ upstream }) => !isLeftOut(upstream));
    const { mirrors = [], ...others } = route.policy ?? {};
    const left = mirrors.filter(({ upstream }) => !isLeftOut(upstream));
    const policy = left.length === 0 ? others : { ...others, mirrors: left };
    return { ...route, action: upstreams.length === 0 ? unavailable : { ...route.action, upstreams }, policy };
  };
  const { fallback, passthrough, ...others } = host;
  const kept = passthrough === undefined || isLeftOut(passthrough) ? {} : { passthrough };
  return { ...others, ...kept, routes: host.routes.map(usable), ...(fallback === undefined ? {} : { fallback: usable(fallback) }) };
}
