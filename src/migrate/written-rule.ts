import type { Redirect, Route, RouteAction, WeightedUpstream } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { UpstreamPolicy } from '../model/upstream-policy.ts';
import { closing, type Lost, lost } from './loss.ts';
import { plainPrefix } from './plain-prefix.ts';
import { writeMatch } from './written-match.ts';
import { writePolicy } from './written-policy.ts';
import type { WrittenBackend, WrittenMatch, WrittenRule } from './written-route.ts';

export interface RuleReading {
  /** Absent: the route cannot be written at all. */
  readonly match?: WrittenMatch;
  readonly rule: WrittenRule;
  readonly losses: readonly Lost[];
}

export type UpstreamOf = (key: string) => Upstream | undefined;

/** A route of the Model as a match and a rule. `namespace`: of the object that it will be in. */
export function writeRule(given: Route, namespace: string, upstreamOf: UpstreamOf): RuleReading {
  const { route, losses: simplified } = plainPrefix(given);
  const { match, losses: ofMatch } = writeMatch(route.match, route.conditions ?? {});
  const backend = (key: string): WrittenBackend | undefined => backendOf(upstreamOf(key), namespace);
  const { losses: ofPolicy, ...policy } = writePolicy(route.policy ?? {}, { match: route.match, backend });
  const action = writeAction(route.action, backend, upstreamOf);
  const losses = [...simplified, ...ofMatch, ...ofPolicy, ...action.losses];
  const filters = [...(policy.filters ?? []), ...(action.filters ?? [])];
  const rule: WrittenRule = losses.some(({ closed }) => closed === true)
    ? {}
    : {
        ...policy,
        ...(filters.length === 0 ? {} : { filters }),
        ...(action.backendRefs === undefined ? {} : { backendRefs: action.backendRefs }),
      };
  return { ...(match === undefined ? {} : { match }), rule, losses };
}

interface ActionReading extends WrittenRule {
  readonly losses: readonly Lost[];
}

function writeAction(action: RouteAction, backend: (key: string) => WrittenBackend | undefined, upstreamOf: UpstreamOf): ActionReading {
  if (action.type === 'redirect') return writeRedirect(action);
  if (action.type === 'answer')
    return { losses: [lost('action', `It answers 500, and not ${action.status}: there is no answer by itself.`)] };
  const known = action.upstreams.map((to) => ({ to, ref: backend(to.upstream), upstream: upstreamOf(to.upstream) }));
  const foreign = known.filter(({ ref }) => ref === undefined).map(({ to }) => to.upstream);
  const sole = known.length === 1;
  return {
    backendRefs: known.flatMap(({ ref, to }) => (ref === undefined ? [] : [sole ? ref : { ...ref, weight: to.weight }])),
    losses: [
      ...(foreign.length === 0 ? [] : [closing('action', `Only Services can be backends: ${foreign.join(', ')} cannot be named.`)]),
      ...known.flatMap(({ upstream, to }) => [...ofUpstream(upstream?.policy ?? {}), ...ofSide(to)]),
    ],
  };
}

function ofSide({ side }: WeightedUpstream): readonly Lost[] {
  return side === undefined ? [] : [lost('action', 'Clients are not told by a cookie to which side of a canary they belong.')];
}

function writeRedirect({ status, scheme, hostname, port, path, withoutTrailingSlash }: Redirect): ActionReading {
  const requestRedirect = {
    ...(scheme === undefined ? {} : { scheme }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(port === undefined ? {} : { port }),
    ...(path === undefined
      ? {}
      : {
          path:
            path.type === 'full'
              ? { type: 'ReplaceFullPath', replaceFullPath: path.path }
              : { type: 'ReplacePrefixMatch', replacePrefixMatch: path.path },
        }),
    statusCode: status,
  };
  return {
    filters: [{ type: 'RequestRedirect', requestRedirect }],
    losses: withoutTrailingSlash === true ? [lost('action', 'A slash at the end stays in the location of redirects.')] : [],
  };
}

/** An upstream that is no Service has no namespace. */
function backendOf(upstream: Upstream | undefined, own: string): WrittenBackend | undefined {
  if (upstream === undefined || upstream.namespace === '') return undefined;
  const { service: name, namespace, port } = upstream;
  return { name, ...(namespace === own ? {} : { namespace }), port };
}

type PolicyLosses = { readonly [K in keyof Required<UpstreamPolicy>]: Lost | undefined };

const upstreamLosses: PolicyLosses = {
  connectTimeout: lost('upstream.connectTimeout', 'The time until a connection must stand is 5 s.'),
  // Naru does so by itself where it is needed.
  refuseDotSegments: lost('upstream.refuseDotSegments', 'What a rewritten path leads to is not looked at.'),
  balancing: lost('upstream.balancing', 'Endpoints are chosen in turn.'),
  protocol: lost('upstream.protocol', 'For HTTP/2 to the backend write "appProtocol: kubernetes.io/h2c" at the port of its Service.'),
  tls: closing('upstream.tls', 'TLS with the backend needs a BackendTLSPolicy, with the certificates of its authorities in a ConfigMap.'),
  connectionPerRequest: lost('upstream.connectionPerRequest', 'Connections are used for more than one request.'),
  answerHeadKiB: lost('upstream.answerHeadKiB', 'The head of an answer has 60 KiB at most.'),
  toServiceAddress: lost('upstream.toServiceAddress', "Requests go to the Service's endpoints, and not to its address."),
  sendsProxyProtocol: closing('upstream.sendsProxyProtocol', 'Backends cannot be told of clients by the PROXY protocol.'),
};

function ofUpstream(policy: UpstreamPolicy): readonly Lost[] {
  return (Object.keys(policy) as (keyof UpstreamPolicy)[]).flatMap((part) => upstreamLosses[part] ?? []);
}
