import type { Messages } from '../proto/gen/messages.ts';
import { routeObjection } from './match/route.ts';
import { findHost, type FoundHost } from './match/virtual-host.ts';
import type { ExplainedRequest } from './request.ts';

type Route = Messages['envoy.config.route.v3.Route'];

/** A route that was looked at; without an objection it is the one. */
export interface TriedRoute {
  readonly route: Route;
  readonly objection?: string;
}

export interface Choice {
  /** Absent: no virtual host takes the request's host. */
  readonly host?: FoundHost;
  /** In order, up to the winner. */
  readonly tried: readonly TriedRoute[];
  readonly winner?: Route;
}

/** What Envoy does with a request whose path is normalised: the virtual host, and its routes one by one until one takes it. */
export function chooseRoute(routes: Messages['envoy.config.route.v3.RouteConfiguration'], request: ExplainedRequest): Choice {
  const host = findHost(routes, request.authority);
  const tried: TriedRoute[] = [];
  for (const route of host?.host.routes ?? []) {
    const objection = routeObjection(route.match ?? {}, request);
    tried.push({ route, ...(objection === undefined ? {} : { objection }) });
    if (objection === undefined) return { ...(host && { host }), tried, winner: route };
  }
  return { ...(host && { host }), tried };
}
