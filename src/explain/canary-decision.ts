import type { Messages } from '../proto/gen/messages.ts';
import { printPathMatch } from './match/route.ts';
import { printTextMatcher } from './match/text.ts';
import type { Destination } from './outcome.ts';
import type { ResourceReader } from './resource-reader.ts';
import { metadataNamespace } from '../xds/routes/route-metadata.ts';

type Route = Messages['envoy.config.route.v3.Route'];
type RouteMatch = Messages['envoy.config.route.v3.RouteMatch'];

/** How it was decided whether a canary gets a request. */
export interface CanaryDecision {
  readonly side: 'primary' | 'canary' | 'chance';
  /** What decided: a header, a cookie, or the weight. */
  readonly by: string;
  /** Headers and cookies that were asked first and said nothing. */
  readonly silent: readonly string[];
  /** Headers, cookies and the weight that would have been asked next; absent: none. */
  readonly unasked?: readonly string[];
}

/** Undefined where the path of the winner has no canary. `tried`: all routes up to the winner, which is the last; `others`: those behind it. */
export function canaryDecision(
  { tried, others }: { readonly tried: readonly Route[]; readonly others: readonly Route[] },
  upstreams: readonly Destination[],
  reader: ResourceReader,
): CanaryDecision | undefined {
  const winner = tried.at(-1);
  if (winner === undefined) return undefined;
  const path = JSON.stringify(printPathMatch(winner.match ?? {}));
  const isSamePath = ({ match = {} }: Route): boolean => JSON.stringify(printPathMatch(match)) === path;
  const asked = tried.filter((route) => isChoice(route.name ?? '') && isSamePath(route));
  const toCanary = upstreams.filter(({ cluster }) => isCanary(cluster, reader));
  if (asked.length === 0 && toCanary.length === 0) return undefined;
  const silent = [
    ...new Set(asked.filter((route) => route !== winner).flatMap(({ match = {} }) => deciders(match).map(({ what }) => what))),
  ];
  const decided = isChoice(winner.name ?? '') ? deciders(winner.match ?? {}).at(-1) : undefined;
  if (decided !== undefined)
    return {
      side: toCanary.length > 0 ? 'canary' : 'primary',
      by: `${decided.what} ${decided.text}`,
      silent: silent.filter((what) => what !== decided.what),
      unasked: unaskedOf(others.filter(isSamePath), reader).filter((what) => what !== decided.what && !silent.includes(what)),
    };
  const share = toCanary.reduce((sum, one) => sum + one.share, 0);
  const side = share === 0 ? 'primary' : share === 1 ? 'canary' : 'chance';
  return { side, by: percent(share), silent };
}

function unaskedOf(routes: readonly Route[], reader: ResourceReader): readonly string[] {
  const whats = routes.flatMap(({ name = '', match = {}, route }) => {
    if (isChoice(name)) return deciders(match).map(({ what }) => what);
    const parts = route?.weighted_clusters?.clusters ?? [];
    const whole = parts.reduce((sum, { weight = 0 }) => sum + weight, 0);
    const canary = parts.find((part) => isCanary(part.name ?? '', reader));
    return canary?.weight === undefined || whole === 0 ? [] : [percent(canary.weight / whole)];
  });
  return [...new Set(whats)];
}

function percent(share: number): string {
  return `weight ${Math.round(share * 1000) / 10} %`;
}

/** The routes of canaries are called so. */
function isChoice(name: string): boolean {
  return / by (?:header|cookie) \S+$/.test(name);
}

function deciders({ headers = [], cookies = [] }: RouteMatch): readonly { readonly what: string; readonly text: string }[] {
  const text = (matcher: Messages['envoy.type.matcher.v3.StringMatcher'] | undefined): string =>
    matcher === undefined ? 'is there' : printTextMatcher(matcher);
  return [
    ...headers
      .filter(({ name = '' }) => !name.startsWith(':'))
      .map(({ name, string_match: match }) => ({ what: `header ${name}`, text: text(match) })),
    ...cookies.map(({ name, string_match: match }) => ({ what: `cookie ${name}`, text: text(match) })),
  ];
}

function isCanary(cluster: string, reader: ResourceReader): boolean {
  return reader.get('clusters', cluster)?.metadata?.filter_metadata?.[metadataNamespace]?.['canary'] !== undefined;
}
