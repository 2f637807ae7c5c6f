import { type Context, Hono } from 'hono';
import { explain } from '../explain/explain.ts';
import { readRequest } from '../explain/read-request.ts';
import { typeNames, type TypeName } from '../snapshot/resource.ts';
import { changesBetween } from '../snapshot/snapshot.ts';
import { describeChange } from './describe-changes.ts';
import { describeObject } from './describe-object.ts';
import { describeFleet, describeSummary, printTime } from './describe-fleet.ts';
import { describeProxy, describeRefusedStream } from './describe-proxy.ts';
import { healthAnswer } from './health.ts';
import { listResources } from './list-resources.ts';
import type { Metrics } from './metrics.ts';
import { isTrustedHost } from './trusted-host.ts';
import type { DebugView, FleetView } from './view.ts';

const apiVersion = 'naru.io/debug/v1';

const paths = {
  '/debug/snapshots': 'what each fleet should run, what changed last, and the snapshots before',
  '/debug/snapshots/{A}..{B}': 'what differs between two snapshots, field by field',
  '/debug/proxies': 'the Envoys that are connected, and what each has accepted or refused',
  '/debug/xds/{listeners|scopes|routes|clusters|endpoints|secrets}[/NAME]': 'the resources themselves; ?fleet=NAME for one fleet',
  '/debug/explain?method=GET&url=URL[&header=x-canary: always]': 'what a request gets, and why',
  '/debug/objects/{KIND}/{NAMESPACE}/{NAME}': 'how far an object has come on its way to the Envoys, and which are behind',
  '/debug/problems': 'what is wrong with the objects that were read',
  '/metrics': 'Prometheus metrics',
  '/livez': 'whether a restart is needed; ?verbose',
  '/readyz': 'whether Envoys can be served; ?verbose',
} as const;

export interface AppOptions {
  readonly view: DebugView;
  readonly metrics: Metrics;
  /** Refuse requests under a name that could be anybody's. */
  readonly checkHost: boolean;
}

export function debugApp({ view, metrics, checkHost }: AppOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (checkHost && !isTrustedHost(c.req.header('host'))) return untrusted(c);
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return onlyReads(c);
    await next();
    c.header('cache-control', 'no-cache');
    c.header('x-content-type-options', 'nosniff');
    return undefined;
  });
  app.get('/', (c) => c.text(index()));
  app.get('/debug/snapshots', (c) => snapshots(c, view));
  app.get('/debug/snapshots/:range', (c) => changes(c, view, c.req.param('range')));
  app.get('/debug/proxies', (c) => proxies(c, view));
  app.get('/debug/explain', (c) => explained(c, view));
  app.get('/debug/objects/:kind/:namespace/:name', (c) => object(c, view));
  app.get('/debug/problems', (c) => json(c, { problems: view.problems() }));
  app.get('/debug/xds/:type/:name{.+}', (c) => resources(c, view, c.req.param('type'), c.req.param('name')));
  app.get('/debug/xds/:type', (c) => resources(c, view, c.req.param('type')));
  app.get('/metrics', async (c) => c.body(await metrics.print(), 200, { 'content-type': metrics.contentType }));
  app.get('/livez', (c) => {
    const ok = view.live();
    return health(c, 'livez', [{ name: 'process', ok, message: ok ? 'running' : 'only a restart can help' }]);
  });
  app.get('/readyz', (c) => health(c, 'readyz', view.checks()));
  app.notFound((c) => problem(c, 404, `There is nothing at ${c.req.path}.`, { paths: Object.keys(paths) }));
  app.onError((error, c) => problem(c, 500, `${c.req.path} could not be answered: ${error.message}`));
  return app;
}

function index(): string {
  const width = Math.max(...Object.keys(paths).map((path) => path.length)) + 2;
  const lines = Object.entries(paths).map(([path, about]) => `${path.padEnd(width)}${about}`);
  return `Naru\n\n${lines.join('\n')}\n`;
}

function snapshots(c: Context, view: DebugView): Response {
  const fleets = fleetsOf(c, view);
  if (fleets === undefined) return noSuchFleet(c, view);
  const tag = `"${fleets.map(({ current }) => current?.hash ?? 'none').join('.')}"`;
  c.header('etag', tag);
  if (c.req.header('if-none-match') === tag) return c.body(null, 304);
  return json(c, { fleets: fleets.map(describeFleet) });
}

function changes(c: Context, view: DebugView, range: string): Response {
  const [fleet] = fleetsOf(c, view) ?? [];
  if (fleet === undefined) return noSuchFleet(c, view);
  const [, from, to] = /^v?(\d+)\.\.v?(\d+)$/.exec(range) ?? [];
  if (from === undefined || to === undefined)
    return problem(c, 400, `${range} is no range of snapshots. Write it as in /debug/snapshots/213..214.`);
  const numbers = [Number(from), Number(to)];
  const [before, after] = numbers.map((number) => fleet.snapshot?.(number));
  if (before === undefined || after === undefined) {
    const missing = before === undefined ? from : to;
    return problem(
      c,
      404,
      `Snapshot ${missing} of fleet ${fleet.name} is not kept: it is too old, or does not exist. /debug/snapshots lists the last ones.`,
    );
  }
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

function proxies(c: Context, view: DebugView): Response {
  const sorted = view.proxies().toSorted((a, b) => (`${a.fleet}/${a.id}` < `${b.fleet}/${b.id}` ? -1 : 1));
  return json(c, { proxies: sorted.map(describeProxy), refusedStreams: view.refusals().map(describeRefusedStream) });
}

function explained(c: Context, view: DebugView): Response {
  const request = readRequest(c.req.query('method') ?? 'GET', c.req.query('url') ?? '', c.req.queries('header') ?? []);
  if ('wrong' in request) return problem(c, 400, request.wrong);
  const [fleet] = fleetsOf(c, view) ?? [];
  if (fleet === undefined) return noSuchFleet(c, view);
  if (fleet.current === undefined) return problem(c, 503, 'There is no snapshot yet: not everything was read.');
  return json(c, { fleet: fleet.name, snapshot: fleet.current.number, explanation: explain(fleet.current.resources, request) });
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
  return c.body(`${head},"resources":[${rows.join(',\n')}]}\n`, 200, { 'content-type': 'application/json' });
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

function health(c: Context, endpoint: 'livez' | 'readyz', checks: ReturnType<DebugView['checks']>): Response {
  const { status, text } = healthAnswer(endpoint, checks, c.req.query('verbose') !== undefined);
  return c.text(text, status);
}

function untrusted(c: Context): Response {
  const host = c.req.header('host') ?? '';
  return problem(
    c,
    403,
    `This endpoint does not answer to the name ${host}: use localhost or an IP address. A page from elsewhere could otherwise read it.`,
  );
}

function onlyReads(c: Context): Response {
  c.header('allow', 'GET, HEAD');
  return problem(c, 405, `${c.req.method} is not possible here: nothing can be changed.`);
}

function problem(c: Context, status: 400 | 403 | 404 | 405 | 500 | 503, error: string, more: object = {}): Response {
  return json(c, { error, ...more }, status);
}

function json(c: Context, content: object, status: 200 | 400 | 403 | 404 | 405 | 500 | 503 = 200): Response {
  return c.body(`${JSON.stringify({ apiVersion, ...content }, null, 2)}\n`, status, { 'content-type': 'application/json' });
}
