import type { Problem } from '../model/problem.ts';
import { byDefault, printSource } from '../model/source.ts';
import { hostKey } from '../model/virtual-host.ts';
import type { Messages } from '../proto/gen/messages.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';
import { type CanaryDecision, canaryDecision } from './canary-decision.ts';
import { chooseRoute } from './choose-route.ts';
import { type Closest, controllerDefault, isNobodys } from './closest.ts';
import { earlyHeaders, findChain, type FoundChain, type Manager } from './connection.ts';
import { hints } from './hints.ts';
import { type Known, nothingKnown, type Unserved } from './known.ts';
import { type FoundListener, listenersFor, ownListener } from './listeners.ts';
import { printPathMatch } from './match/route.ts';
import { normalisePath, type NormalisedPath } from './normalised-path.ts';
import { connectionOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { type ExplainedRequest, hostOf, serverNameOf } from './request.ts';
import { ResourceReader } from './resource-reader.ts';
import { sourcesIn } from '../xds/routes/route-metadata.ts';
import { scopeOf, scopeOfOthers } from '../xds/scopes/scope.ts';

type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration'];

/** Why a request gets what it gets, step by step. What is absent was not reached. */
export interface Explanation {
  /** `http` and `https` are for all Ingresses; others are those of Gateways. */
  readonly listener: string;
  /** The objects that a listener of its own comes from, as `Gateway shop/edge`. */
  readonly listenerSources?: readonly string[];
  /** Others that take requests for this host and port, at another address. */
  readonly otherListeners?: readonly string[];
  readonly chain?: Omit<FoundChain, 'manager' | 'proxiedTo'>;
  /** The objects that the certificate comes from, which the client is shown. */
  readonly certificateSources?: readonly string[];
  readonly path?: NormalisedPath;
  /** The domain that the request's host matched. */
  readonly domain?: string;
  readonly tried: readonly ExplainedRoute[];
  /** Filters that do something on this route. */
  readonly filters: readonly string[];
  /** Absent: the path has no canary. */
  readonly canary?: CanaryDecision;
  /** Of a request that nobody serves: what it may have been meant for. */
  readonly closest?: Closest;
  /** Of a host that nobody serves: the Ingresses that name it all the same. */
  readonly unserved?: readonly Unserved[];
  /** What is wrong with the paths that the winner comes from. */
  readonly problems?: readonly Problem[];
  readonly outcome: Outcome;
}

export interface ExplainedRoute {
  readonly name: string;
  readonly type: string;
  readonly path: string;
  /** What it asks for besides, in a few words each. */
  readonly conditions: number;
  /** Absent: this one takes the request. */
  readonly objection?: string;
  /** Objects and fields, as `Ingress shop/web spec.rules[0].http.paths[1]`. */
  readonly sources: readonly string[];
}

/** What an Envoy that runs these resources does with a request. */
export function explain(
  resources: ResourceSet,
  request: ExplainedRequest,
  known: Known = nothingKnown,
  reader = new ResourceReader(resources),
): Explanation {
  const listeners = listenersFor(request, reader);
  const all = listeners.map((found) => withSources(explainAt(found, request, reader, known), resources));
  const taking = all.filter(isSomebodys);
  const [likeliest] = taking.length > 0 ? taking : all;
  if (likeliest === undefined)
    return { listener: request.scheme, tried: [], filters: [], outcome: closed(`Nothing listens for ${request.scheme}.`) };
  const others = taking.filter((one) => one !== likeliest).map(({ listener }) => listener);
  return others.length === 0 ? likeliest : { ...likeliest, otherListeners: others };
}

/** Whether an object is for the request; the default backend of the controller is for every one. */
export function isSomebodys({ tried, outcome }: Explanation): boolean {
  return outcome.type === 'connection' || tried.some((route) => isWinner(route) && (route.name === controllerDefault || !isNobodys(route)));
}

function explainAt({ name, listener }: FoundListener, request: ExplainedRequest, reader: ResourceReader, known: Known): Explanation {
  const nothing = { listener: name, tried: [], filters: [] } as const;
  const chain = findChain(listener, serverNameOf(request), reader);
  if (chain === undefined) return { ...nothing, outcome: closed('The connection is closed: no filter chain is for this server name.') };
  const shown = { ...nothing, chain: withoutContents(chain) };
  if (chain.manager === undefined) return { ...shown, outcome: connectionOutcome(chain, reader) };
  if (request.scheme === 'http' && chain.endsTls)
    return { ...shown, outcome: closed('The listener speaks TLS, and the request does not.') };
  if (request.scheme === 'https' && !chain.endsTls) return { ...shown, outcome: closed('The listener does not speak TLS.') };
  const path = normalisePath(request);
  if (path.type === 'refused') return { ...shown, path, outcome: { type: 'answer', status: 400, body: '' } };
  if (path.type === 'redirect') return { ...shown, path, outcome: { type: 'redirect', status: 307, location: path.path } };
  const routed = asRouted({ ...request, path: path.path }, chain.manager);
  const own = ownListener(name);
  const { host, tried, winner } = chooseRoute(routesFor(routed, own, reader), routed);
  const described = tried.map(({ route, objection }) => ({ ...describeRoute(route), ...(objection === undefined ? {} : { objection }) }));
  const outcome: Outcome =
    winner === undefined ? { type: 'answer', status: 404, body: '' } : outcomeOf(winner, host?.host ?? {}, routed, reader);
  const upstreams = outcome.type === 'forward' ? outcome.upstreams : [];
  const untilWinner = winner === undefined ? [] : tried.map(({ route }) => route);
  const canary = canaryDecision({ tried: untilWinner, others: host?.host.routes?.slice(tried.length) ?? [] }, upstreams, reader);
  return {
    ...shown,
    path,
    ...(host && { domain: host.domain }),
    tried: described,
    filters: Object.keys(winner?.typed_per_filter_config ?? {}),
    ...(canary && { canary }),
    ...hints(described.find(isWinner), { routed, host: host?.host, listener: own, reader, known }),
    outcome,
  };
}

function isWinner({ objection }: ExplainedRoute): boolean {
  return objection === undefined;
}

function closed(body: string): Outcome {
  return { type: 'answer', status: 0, body };
}

function withSources(explanation: Explanation, { listeners, secrets }: ResourceSet): Explanation {
  const sources = listeners.get(explanation.listener)?.sources ?? [];
  const told = sources.map(printSource).filter((source) => source !== printSource(byDefault));
  const certificate = secrets.get(explanation.chain?.certificate ?? '');
  return {
    ...explanation,
    ...(told.length === 0 ? {} : { listenerSources: told }),
    ...(certificate && { certificateSources: certificate.sources.map(printSource) }),
  };
}

function withoutContents({ manager: _manager, proxiedTo: _proxied, ...chain }: FoundChain): NonNullable<Explanation['chain']> {
  return chain;
}

/** With the headers that Envoy has set itself when it looks for a route. */
function asRouted(request: ExplainedRequest, manager: Manager): ExplainedRequest {
  const own = [['x-forwarded-proto', request.scheme] as const, ...earlyHeaders(manager)];
  // A dot at the end of a host is not looked at.
  const authority = request.authority.replace(/\.(?=:\d*$|$)/, '');
  return { ...request, authority, headers: new Map([...request.headers, ...own]) };
}

/** The scope of the host, or that of all hosts of the listener that have none of their own. */
function routesFor(request: ExplainedRequest, listener: string | undefined, reader: ResourceReader): RouteConfiguration {
  const host = hostOf(request);
  return (
    (reader.get('scopes', scopeOf(hostKey(host, listener))) ?? reader.get('scopes', scopeOfOthers(listener)))?.route_configuration ?? {}
  );
}

function describeRoute({ name = '', match = {}, metadata }: Messages['envoy.config.route.v3.Route']): Omit<ExplainedRoute, 'objection'> {
  const conditions = (match.headers?.length ?? 0) + (match.query_parameters?.length ?? 0) + (match.cookies?.length ?? 0);
  return { name, ...printPathMatch(match), conditions, sources: sourcesIn(metadata) };
}
