/** Something that the debug endpoint answers: the index, `/openapi.json` and the routes follow from these rows. */
export interface DebugPath {
  readonly about: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What the JSON object holds besides `apiVersion`; absent: the answer is not JSON of ours. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Of what is not JSON. */
  readonly type?: 'text/plain' | 'text/event-stream' | 'application/json';
  /** What a PUT does, and what it takes. */
  readonly put?: { readonly about: string; readonly query: Readonly<Record<string, string>> };
  /** Whether anybody who reaches the port may ask, as Kubernetes and Prometheus do. */
  readonly open?: true;
}

const fleet = 'only this fleet';
const wait = 'the number of a snapshot: answer when every connected Envoy, at least one, runs it or a newer one';
const host = 'only what this host gets';
const timeout = 'seconds to wait, 30 without it and 300 at most; then the answer is 504';

/** By path; what stands in braces is a parameter. */
export const debugPaths = {
  '/debug/snapshots': {
    about: 'what each fleet should run, what changed last, and the snapshots before',
    query: { fleet, wait, timeout },
    fields: { fleets: 'name, version, hash, cause, resources, changes, quarantine, coldProof and history of each' },
  },
  '/debug/snapshots/{range}': {
    about: 'what differs between two snapshots, field by field: 213..214',
    query: { fleet },
    fields: {
      from: 'number of the older snapshot',
      to: 'number of the newer one',
      cause: 'of the newer one',
      time: 'of the newer one',
      snapshot: 'its line in the history',
      changes: 'type, name, verb and fields of each resource that differs',
    },
  },
  '/debug/snapshots/{version}': {
    about: 'one of the last snapshots: 214',
    query: { fleet },
    fields: {
      fleet: 'its name',
      version: 'as asked for',
      hash: 'over all names and versions',
      cause: 'in a few words',
      summary: 'what changed, in a few words',
      time: 'when it was made',
      resources: 'name and version of each, by type',
      changes: 'type, name and verb of each resource that changed',
      snapshot: 'its line in the history, or null',
    },
  },
  '/debug/proxies': {
    about: 'the Envoys that are connected, and what each has accepted or refused',
    query: { wait, timeout },
    fields: {
      proxies:
        'who each is, what it refused that is put aside, and by type what was sent, acknowledged and refused, how far behind it is, and the objects that concerns',
      refusedStreams: 'who was turned away lately, and why',
    },
  },
  '/debug/xds/{type}': {
    about: 'the resources themselves: listeners, scopes, routes, clusters, endpoints, secrets or extensions',
    query: { fleet },
    fields: { type: 'as asked for', resources: 'fleet, name, version, sources and content of each' },
  },
  '/debug/xds/{type}/{name}': {
    about: 'one of them',
    query: { fleet },
    fields: { type: 'as asked for', resources: 'fleet, name, version, sources and content of each' },
  },
  '/debug/explain': {
    about: 'what a request gets, and why',
    query: { method: 'GET without it', url: 'of the request', header: 'as in x-canary: always; may be given again', fleet },
    fields: { fleet: 'its name', snapshot: 'its number', explanation: 'the outcome and the way there' },
  },
  '/debug/why': {
    about: "where a field of Envoy's comes from, or what a setting does, of the objects as they are now",
    query: {
      ref: 'as in cluster/shop/api/80, host/shop.example.com, route/shop/web:prefix:/, ingress/shop/web or configmap',
      field: 'one of its fields, annotations or keys',
    },
    fields: {
      ref: 'as asked for',
      field: 'as asked for, or null',
      about: 'field, setting, settings or absent',
      answer: 'what naru why -o json prints',
    },
  },
  '/debug/canaries': {
    about: 'each path of each canary: what is wanted, and what Envoys are told',
    fields: {
      accepted: 'whether every connected Envoy runs the newest snapshot',
      canaries: 'namespace, name, host, path, wanted and sent (from 0 to 1), clusters, header, cookie, by and problems of each',
    },
  },
  '/debug/objects': {
    about: 'the objects of Kubernetes that Naru holds',
    query: { selector: 'only those with such labels, as in app=web,tier!=test', namespace: 'only of this namespace' },
    fields: { objects: 'kind, namespace and name of each' },
  },
  '/debug/objects/{kind}/{namespace}/{name}': {
    about: 'how far an object has come on its way to the Envoys, and which are behind',
    fields: {
      kind: 'as asked for',
      namespace: 'as asked for',
      name: 'as asked for',
      digest: 'of what is written in it',
      from: 'folder or cluster',
      state: 'not served, refused, waiting or accepted',
      version: 'the snapshot in which it became what it is, or null',
      held: 'whether something of it is not sent as it is written',
      refusal: 'what an Envoy said of it, or null',
      problems: 'of the object',
      envoys: 'how far each has come',
    },
  },
  '/debug/certs': {
    about: 'the certificates that Envoys show, until when, and for which names; no keys',
    query: { host, fleet },
    fields: { certificates: 'fleet, name, hosts, issuer, notAfter, key (its kind), usedFor and sources of each' },
  },
  '/debug/graph.json': {
    about: 'the ways of requests: listeners, hosts, certificates, routes, clusters, and the objects that routes come from',
    query: { host, fleet },
    fields: { fleet: 'its name', nodes: 'id, kind, label and endpoints of each', edges: 'from, to and label of each' },
  },
  '/debug/graph.dot': { about: 'the same for Graphviz', query: { host, fleet }, type: 'text/plain' },
  '/debug/graph.mmd': { about: 'the same for Mermaid', query: { host, fleet }, type: 'text/plain' },
  '/debug/problems': {
    about: 'what is wrong with the objects that were read',
    fields: { problems: 'code, severity, source, message, done and fix of each' },
  },
  '/debug/events': {
    about: 'changes as they happen: snapshot, answer (of an Envoy to what it was sent) and accepted (an Envoy runs a snapshot)',
    type: 'text/event-stream',
  },
  '/debug/log-level': {
    about: 'how much each component logs',
    fields: { levels: 'component, level, and until when (null: a restart) of each' },
    put: {
      about: 'change that, as somebody who may put this non-resource URL',
      query: {
        level: 'debug, info, warn or error',
        component: 'only of this one',
        seconds: 'so long, and then as at the start; without it, until a restart',
      },
    },
  },
  '/debug/profile/cpu': {
    about: 'which functions of Naru take the time, for DevTools (.cpuprofile); with --enable-profiling',
    query: { seconds: 'how long is looked, 10 without it and 60 at most' },
    type: 'application/json',
  },
  '/debug/profile/heap': {
    about: 'what takes the memory of Naru, for DevTools (.heapsnapshot), without what is in strings; with --enable-profiling',
    type: 'application/json',
  },
  '/metrics': { about: 'Prometheus metrics', type: 'text/plain', open: true },
  '/livez': { about: 'whether a restart is needed', query: { verbose: 'a line for each check' }, type: 'text/plain', open: true },
  '/healthz': { about: 'the same as /livez', query: { verbose: 'a line for each check' }, type: 'text/plain', open: true },
  '/readyz': { about: 'whether Envoys can be served', query: { verbose: 'a line for each check' }, type: 'text/plain', open: true },
  '/openapi.json': { about: 'this, for programs', type: 'application/json' },
} as const satisfies Readonly<Record<string, DebugPath>>;

/** All of them, for people. */
export function printIndex(): string {
  const rows = Object.entries<DebugPath>(debugPaths).flatMap(([path, { put, ...get }]) => [
    [withQuery(path, get.query), get.about] as const,
    ...(put === undefined ? [] : [[`PUT ${withQuery(path, put.query)}`, put.about] as const]),
  ]);
  const width = Math.max(...rows.map(([path]) => path.length)) + 2;
  return `Naru\n\n${rows.map(([path, about]) => `${path.padEnd(width)}${about}`).join('\n')}\n`;
}

function withQuery(path: string, query: DebugPath['query'] = {}): string {
  const names = Object.keys(query);
  return names.length === 0 ? path : `${path}?${names.join('&')}`;
}
