import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { ExplainedRoute, Explanation } from '../../explain/explain.ts';
import type { Outcome } from '../../explain/outcome.ts';
import type { Verification } from './ask-envoy.ts';
import type { ExplainedRequest } from '../../explain/request.ts';
import type { Told } from './decided-by.ts';
import { printDeciders, printForward, printSetting, type Sideline } from './print-forward.ts';
import { writeRow } from './row.ts';

/** How many routes are shown whose path is another one. */
const shownAtMost = 12;

/**
 * An explanation for people: what becomes of the request, because of which object, and the way there.
 *
 *     WINNER   shop/api 0/0  ->  shop/api/80 (2 endpoints)
 *     BECAUSE  Ingress shop/api spec.rules[0].http.paths[0]  shop.yaml:20
 *     HOST     shop.example.com
 *     PATHS    tried in this order
 *       1  Exact   /health  no   the path is another one
 *       2  Prefix  /api     YES
 */
export function printExplanation(explanation: Explanation, request: ExplainedRequest, sideline: Sideline, stream: WriteStream): void {
  const { domain, tried, outcome, filters, path, listener, listenerSources, otherListeners } = explanation;
  const winner = tried.find(({ objection }) => objection === undefined);
  const rows: (readonly [string, string])[] = [
    ['WINNER', winner === undefined ? printOutcome(outcome) : `${winner.name}  ->  ${printOutcome(outcome)}`],
    ...because(explanation, request, winner, sideline),
  ];
  rows.push(...troubles(explanation));
  if (listenerSources !== undefined) rows.push(['LISTENER', `${listener}  ${listenerSources.join(', ')}`]);
  if (otherListeners !== undefined)
    rows.push(['ALSO', `${otherListeners.join(', ')} ${otherListeners.length === 1 ? 'takes' : 'take'} it, too, at another address`]);
  if (request.scheme === 'https' && explanation.chain !== undefined) {
    const { serverName, name } = explanation.chain;
    const of = serverName === undefined ? 'for server names without one' : `server name ${serverName}`;
    const shown = explanation.certificateSources;
    rows.push(['TLS', `filter chain ${name}, ${of}${shown === undefined ? '' : `, certificate of ${shown.join(', ')}`}`]);
  }
  if (path?.type === 'path' && path.path !== request.path) rows.push(['PATH', `${request.path} is written ${path.path}`]);
  if (domain !== undefined) rows.push(['HOST', printDomain(domain)]);
  for (const [label, text] of rows) writeRow(stream, label, text);
  if (tried.length > 0) {
    writeRow(stream, 'PATHS', 'tried in this order');
    printTried(tried, stream);
  }
  if (explanation.canary !== undefined) {
    writeRow(stream, 'CANARY', printCanary(explanation.canary));
    printDeciders(['weight'], sideline, stream);
  }
  if (outcome.type === 'redirect') printDeciders(['redirect'], sideline, stream);
  if (outcome.type === 'forward') printForward(outcome, request, sideline, stream);
  if (filters.length === 0) return;
  writeRow(stream, 'FILTERS', filters.map((name) => name.replace('envoy.filters.http.', '')).join(', '));
  printDeciders(
    filters.map((name): Told => `filter ${name}`),
    sideline,
    stream,
  );
}

/** What an Envoy said when it was asked the same; undefined where it has no route to choose. */
export function printVerification(verification: Verification | undefined, stream: WriteStream): void {
  if (verification === undefined) return writeRow(stream, 'VERIFIED', 'not by an Envoy: the request does not come to a route');
  const { version, tookMs, agrees, expected, answered } = verification;
  if (agrees) return writeRow(stream, 'VERIFIED', `by Envoy ${version} in ${Math.max(1, Math.round(tookMs))} ms (same route)`);
  const text = ({ status, says }: typeof answered): string => (status === 200 ? `route ${Number(says) + 1}` : `${status} ${says}`.trim());
  return writeRow(
    stream,
    'WRONG',
    `Envoy ${version} chooses ${text(answered)} and not ${text(expected)}. This is a bug of Naru; please report it.`,
  );
}

function because(
  { path, domain, outcome, chain, closest }: Explanation,
  request: ExplainedRequest,
  winner: ExplainedRoute | undefined,
  { place, decided }: Sideline,
): readonly (readonly [string, string])[] {
  if (winner !== undefined && winner.sources.length > 0) {
    const sources = winner.sources.map((source) => {
      const where = place(source);
      return where === undefined ? source : `${source}  ${where}`;
    });
    const reasons = [...sources, ...(decided?.get('route') ?? []).map((setting) => printSetting(setting, place))];
    return reasons.map((reason, index) => [index === 0 ? 'BECAUSE' : '', reason] as const);
  }
  if (outcome.type === 'connection') return [['BECAUSE', `${chain?.name}: ${connections[outcome.tls]}`]];
  if (path?.type === 'redirect') return [['BECAUSE', 'the path has an escaped slash: clients are asked to write it out']];
  if (path?.type === 'refused') return [['BECAUSE', 'the path is none that Envoy takes']];
  if (path === undefined) return outcome.type === 'answer' ? [['BECAUSE', outcome.body]] : [];
  if (domain === undefined || closest?.what === 'host')
    return [['BECAUSE', `no object is for the host ${request.authority}, and there is no default backend`]];
  return [['BECAUSE', `no path of ${domain} takes ${request.path}, and there is no default backend`]];
}

/** What is wrong, or what may have been meant. */
function troubles({ problems = [], closest, unserved = [] }: Explanation): readonly (readonly [string, string])[] {
  return [
    ...problems.map(({ code, message, fix }): [string, string] => [code, fix === undefined ? message : `${message} ${fix}`]),
    ...(closest === undefined ? [] : [['CLOSEST', `${closest.what} ${closest.name} of ${closest.sources[0]}. ${closest.why}`] as const]),
    ...unserved.map(({ source, host, why }): [string, string] => ['UNSERVED', `${source} has the host ${host}, and is not served. ${why}`]),
  ];
}

/** As in `header x-canary is "always" -> canary  (cookie c and weight 20 % not asked)`. */
function printCanary({ side, by, silent, unasked = [] }: NonNullable<Explanation['canary']>): string {
  const parts = [
    ...(silent.length === 0 ? [] : [`${silent.join(' and ')} ${silent.length === 1 ? 'says' : 'say'} nothing`]),
    ...(unasked.length === 0 ? [] : [`${unasked.join(' and ')} not asked`]),
  ];
  return `${by} -> ${side === 'chance' ? 'canary, the others to the primary' : side}${parts.length === 0 ? '' : `  (${parts.join('; ')})`}`;
}

const connections = {
  passed: 'TLS is handed on as it is by the server name; nothing of HTTP is read',
  ended: 'TLS ends here, and what is in it is handed on; nothing of HTTP is read',
  none: 'the connection is handed on as it is; nothing of HTTP is read',
} as const;

function printOutcome(outcome: Outcome): string {
  switch (outcome.type) {
    case 'answer':
      return outcome.status === 0
        ? 'no answer'
        : `answer ${outcome.status}${outcome.body === '' ? '' : ` ${JSON.stringify(outcome.body.trim())}`}`;
    case 'redirect':
      return `redirect ${outcome.status} to ${outcome.location}`;
    case 'connection':
    case 'forward': {
      const chance = ({ share }: { readonly share: number }): string => (share === 1 ? '' : `${Math.round(share * 1000) / 10} % `);
      return outcome.upstreams.map((one) => `${chance(one)}${one.cluster}${printEndpoints(one)}`).join(', ');
    }
  }
}

/** Files seldom have endpoints, so that none says nothing of the cluster. */
function printEndpoints({ endpoints }: { readonly endpoints: number }): string {
  return endpoints === 0 ? '' : ` (${endpoints} endpoint${endpoints === 1 ? '' : 's'})`;
}

function printDomain(domain: string): string {
  if (domain === '*') return 'any host: no object names this one';
  return domain.startsWith('*') ? `${domain}, a wildcard` : domain;
}

function printTried(tried: readonly ExplainedRoute[], stream: WriteStream): void {
  const shown =
    tried.length <= shownAtMost ? tried : tried.filter((route, index) => index < shownAtMost - 1 || route.objection === undefined);
  const width = Math.max(...shown.map(({ path }) => path.length));
  for (const route of shown) {
    const { type, path, objection } = route;
    const verdict = objection === undefined ? styleText('green', 'YES', { stream }) : `no   ${styleText('dim', objection, { stream })}`;
    const number = String(tried.indexOf(route) + 1).padStart(3);
    stream.write(`${number}  ${type.padEnd(6)}  ${path.padEnd(width)}  ${verdict}\n`);
  }
  if (shown.length < tried.length) stream.write(`     and ${tried.length - shown.length} more that do not match\n`);
}
