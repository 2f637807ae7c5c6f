import { type Context, Hono } from 'hono';
import { explain } from '../explain/explain.ts';
import type { Known } from '../explain/known.ts';
import { readRequest } from '../explain/read-request.ts';
import { typeNames, type TypeName } from '../snapshot/resource.ts';
import { changesBetween } from '../snapshot/snapshot.ts';
import type { Review } from './access.ts';
import { apiVersion, json, problem, tagged } from './answer.ts';
import { describeChange } from './describe-changes.ts';
import { describeObject } from './describe-object.ts';
import { describeFleet, describeKept, describeSummary, printTime } from './describe-fleet.ts';
import { describeProxy, describeRefusedStream } from './describe-proxy.ts';
import { guard } from './guard.ts';
import type { Graph } from '../explain/inventory/graph.ts';
import { healthAnswer, type HealthEndpoint } from './health.ts';
import { certificatesOf, graphOfFleet } from './inventory.ts';
import { listResources } from './list-resources.ts';
import { LiveEvents } from './live-events.ts';
import { changeLevel, readLevels } from './log-level.ts';
import type { Metrics } from './metrics.ts';
import { openapi } from './openapi.ts';
import { debugPaths, printIndex } from './paths.ts';
import { printDot, printMermaid } from './print-graph.ts';
import { Profiles } from './profile.ts';
import type { DebugView, FleetView } from './view.ts';
import { allRun, readWait, waitedFor } from './wait-for-snapshot.ts';

export interface AppOptions {
  readonly view: DebugView;
  readonly metrics: Metrics;
  /** Naru's version. */
  readonly version: string;
  /** Whether somebody on another machine may read; absent: nobody. */
  readonly review?: Review | undefined;
  /** Whether Naru's own time and memory may be looked at, which takes much of both. */
  readonly profiling?: boolean | undefined;
}

export function debugApp({ view, metrics, version, review, profiling = false }: AppOptions): Hono {
  const app = new Hono();
  const events = new LiveEvents(view);
  const profiles = new Profiles(profiling);
  app.use(guard(review));
  app.get('/', (c) => c.text(printIndex()));
  app.get('/openapi.json', (c) => tagged(c, `${JSON.stringify(openapi(version, apiVersion), null, 2)}\n`));
  app.get('/debug/events', (c) => {
    const stream = events.stream();
    if (stream === undefined) return problem(c, 503, 'Too many are listening already.');
    return c.body(stream, 200, { 'content-type': 'text/event-stream' });
  });
  app.get('/debug/snapshots', (c) => snapshots(c, view));
  app.get('/debug/snapshots/:version{v?[0-9]+}', (c) => snapshot(c, view, c.req.param('version')));
  app.get('/debug/snapshots/:range', (c) => changes(c, view, c.req.param('range')));
  app.get('/debug/proxies', (c) => proxies(c, view));
  app.get('/debug/explain', (c) => explained(c, view));
  app.get('/debug/why', (c) => whyFound(c, view));
  app.get('/debug/objects', (c) => objects(c, view));
  app.get('/debug/objects/:kind/:namespace/:name', (c) => object(c, view));
  app.get('/debug/canaries', (c) => json(c, { accepted: allAccepted(view), canaries: view.canaries?.() ?? [] }));
  app.get('/debug/certs', async (c) => certificates(c, view));
  for (const [path, print] of graphs) app.get(path, (c) => graph(c, view, print));
  app.get('/debug/problems', (c) => json(c, { problems: view.problems() }));
  app.get('/debug/xds/:type/:name{.+}', (c) => resources(c, view, c.req.param('type'), c.req.param('name')));
  app.get('/debug/xds/:type', (c) => resources(c, view, c.req.param('type')));
  app.get('/debug/log-level', (c) => readLevels(c, view.logLevels));
  app.put('/debug/log-level', (c) => changeLevel(c, view.logLevels));
  app.get('/debug/profile/cpu', (c) => profiles.cpu(c));
  app.get('/debug/profile/heap', (c) => profiles.heap(c));
  app.get('/metrics', async (c) => c.body(await metrics.print(), 200, { 'content-type': metrics.contentType }));
  for (const endpoint of ['livez', 'healthz'] as const)
    app.get(`/${endpoint}`, (c) => {
      const ok = view.live();
      return health(c, endpoint, [{ name: 'process', ok, message: ok ? 'running' : 'only a restart can help' }]);
    });
  app.get('/readyz', (c) => health(c, 'readyz', view.checks()));
  app.notFound((c) => problem(c, 404, `There is nothing at ${c.req.path}.`, { paths: Object.keys(debugPaths) }));
  app.onError((error, c) => problem(c, 500, `${c.req.path} could not be answered: ${error.message}`));
  return app;
}

async function snapshots(c: Context, view: DebugView): Promise<Response> {
  const late = await waited(c, view);
  if (late !== undefined) return late;
  const fleets = fleetsOf(c, view);
  if (fleets === undefined) return noSuchFleet(c, view);
  return json(c, { fleets: fleets.map(describeFleet) });
}

function snapshot(c: Context, view: DebugView, version: string): Response {
  const [fleet] = fleetsOf(c, view) ?? [];
  if (fleet === undefined) return noSuchFleet(c, view);
  const number = Number(version.replace('v', ''));
  const found = fleet.snapshot?.(number);
  return found === undefined ? notKept(c, fleet, number) : json(c, { fleet: fleet.name, ...describeKept(found, fleet) });
}

function changes(c: Context, view: DebugView, range: string): Response {
  const [fleet] = fleetsOf(c, view) ?? [];
  if (fleet === undefined) return noSuchFleet(c, view);
  const [, from, to] = /^v?(\d+)\.\.v?(\d+)$/.exec(range) ?? [];
  if (from === undefined || to === undefined)
    return problem(c, 400, `${range} is no range of snapshots. Write it as in /debug/snapshots/213..214.`);
  const numbers = [Number(from), Number(to)];
  const [before, after] = numbers.map((number) => fleet.snapshot?.(number));
  if (before === undefined || after === undefined) return notKept(c, fleet, Number(before === undefined ? from : to));
  const summary = fleet.history.find(({ number }) => number === after.number);
  return json(c, {
    from: before.number,
    to: after.number,
    cause: after.cause,
    time: printTime(after.time),
    ...(summary === undefined ? {} : { snapshot: describeSummary(summary) }),
    changes: changesBetween(before.resources, after.resources).map(describeChange),
  });
}

function notKept(c: Context, { name }: FleetView, number: number): Response {
  return problem(
    c,
    404,
    `Snapshot ${number} of fleet ${name} is not kept: it is too old, or does not exist. /debug/snapshots lists the last ones.`,
  );
}

async function proxies(c: Context, view: DebugView): Promise<Response> {
  const late = await waited(c, view);
  if (late !== undefined) return late;
  const fleets = new Map(view.fleets().map((fleet) => [fleet.name, fleet]));
  const sorted = view.proxies().toSorted((a, b) => (`${a.fleet}/${a.id}` < `${b.fleet}/${b.id}` ? -1 : 1));
  return json(c, {
    proxies: sorted.map((proxy) => describeProxy(proxy, fleets.get(proxy.fleet))),
    refusedStreams: view.refusals().map(describeRefusedStream),
  });
}

function explained(c: Context, view: DebugView): Response {
  const request = readRequest(c.req.query('method') ?? 'GET', c.req.query('url') ?? '', c.req.queries('header') ?? []);
  if ('wrong' in request) return problem(c, 400, request.wrong);
  const [fleet] = fleetsOf(c, view) ?? [];
  if (fleet === undefined) return noSuchFleet(c, view);
  if (fleet.current === undefined) return problem(c, 503, 'There is no snapshot yet: not everything was read.');
  return json(c, {
    fleet: fleet.name,
    snapshot: fleet.current.number,
    explanation: explain(fleet.current.resources, request, knownBy(view)),
  });
}

async function whyFound(c: Context, { why }: DebugView): Promise<Response> {
  const { ref, field } = c.req.query();
  if (ref === undefined) return problem(c, 400, 'ref= is missing. Write it as in /debug/why?ref=ingress/shop/web.');
  if (why === undefined) return problem(c, 404, 'This Naru does not know.');
  const found = await why(ref, field);
  if (found.status !== 200) return problem(c, found.status, found.error);
  return json(c, { ref, field: field ?? null, about: found.about, answer: found.answer });
}

function knownBy(view: DebugView): Known {
  return { problems: () => view.problems(), unserved: (hostname) => view.unserved?.(hostname) ?? [] };
}

/** By those that Ingresses have. */
async function certificates(c: Context, view: DebugView): Promise<Response> {
  const fleets = fleetsOf(c, view);
  if (fleets === undefined) return noSuchFleet(c, view);
  return json(c, { certificates: await certificatesOf(fleets, c.req.query('host')) });
}

const graphs: readonly (readonly [path: string, print: ((graph: Graph) => string) | undefined])[] = [
  ['/debug/graph.json', undefined],
  ['/debug/graph.dot', printDot],
  ['/debug/graph.mmd', printMermaid],
];

async function graph(c: Context, view: DebugView, print: ((graph: Graph) => string) | undefined): Promise<Response> {
  const [fleet] = fleetsOf(c, view) ?? [];
  if (fleet === undefined) return noSuchFleet(c, view);
  const host = c.req.query('host');
  const found = await graphOfFleet(fleet, host);
  if (host !== undefined && found.nodes.length === 0) return problem(c, 404, `No object asks for the host ${host}.`);
  return print === undefined ? json(c, { fleet: fleet.name, ...found }) : tagged(c, print(found), 200, 'text/plain; charset=UTF-8');
}

function allAccepted(view: DebugView): boolean {
  const [shared] = view.fleets();
  return view.proxies().every(({ fleet, accepted }) => fleet !== shared?.name || accepted >= (shared.current?.number ?? 0));
}

function objects(c: Context, view: DebugView): Response {
  const selector = c.req.query('selector') ?? '';
  const found = view.objects?.(selector);
  if (found === undefined) return problem(c, 400, `${selector} is no label selector. Write it as in app=web,tier!=test.`);
  const namespace = c.req.query('namespace');
  return json(c, { objects: found.filter((one) => namespace === undefined || one.namespace === namespace) });
}

function object(c: Context, view: DebugView): Response {
  const { kind, namespace, name } = c.req.param();
  const standing = view.object?.(kind ?? '', namespace ?? '', name ?? '');
  if (standing === undefined) return problem(c, 404, `Naru knows no ${kind} ${namespace}/${name}.`);
  return json(c, describeObject(standing, view.proxies()));
}

async function resources(c: Context, view: DebugView, typeName: string, name?: string): Promise<Response> {
  const type: TypeName | undefined = typeNames.find((known) => known === typeName);
  if (type === undefined) return problem(c, 404, `There is no type ${typeName}; there are ${typeNames.join(', ')}.`);
  const fleets = fleetsOf(c, view);
  if (fleets === undefined) return noSuchFleet(c, view);
  const rows = await listResources({ type, fleets, name });
  if (name !== undefined && rows.length === 0) return problem(c, 404, `There is no ${name} among the ${type}.`);
  const head = JSON.stringify({ apiVersion, type }).slice(0, -1);
  return tagged(c, `${head},"resources":[${rows.join(',\n')}]}\n`);
}

/** Undefined when what `?wait=` names has come. */
async function waited(c: Context, view: DebugView): Promise<Response | undefined> {
  const wait = readWait(c.req.query('wait'), c.req.query('timeout'), c.req.query('fleet'));
  if (wait === undefined) return undefined;
  if ('wrong' in wait) return problem(c, 400, wait.wrong);
  if (await allRun(view, wait)) return undefined;
  const behind = waitedFor(view, wait).filter(({ accepted }) => accepted < wait.version);
  const names = behind.map(({ id, accepted }) => `${id} (snapshot ${accepted})`).join(', ');
  return problem(c, 504, `Not every Envoy runs snapshot ${wait.version}: ${names === '' ? 'none is connected' : names}.`);
}

/** Those that were asked for; undefined when there is no such fleet. */
function fleetsOf(c: Context, view: DebugView): readonly FleetView[] | undefined {
  const wanted = c.req.query('fleet');
  if (wanted === undefined) return view.fleets();
  const found = view.fleets().filter(({ name }) => name === wanted);
  return found.length === 0 ? undefined : found;
}

function noSuchFleet(c: Context, view: DebugView): Response {
  const names = view.fleets().map(({ name }) => name);
  return problem(c, 404, `There is no fleet ${c.req.query('fleet')}; there are ${names.join(', ') || 'none'}.`);
}

function health(c: Context, endpoint: HealthEndpoint, checks: ReturnType<DebugView['checks']>): Response {
  const { status, text } = healthAnswer(endpoint, checks, c.req.query('verbose') !== undefined);
  return c.text(text, status);
}
