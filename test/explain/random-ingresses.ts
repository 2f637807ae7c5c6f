import * as fc from 'fast-check';
import type { ExplainedRequest } from '../../src/explain/request.ts';
import type { Ingress } from '../../src/kube/objects.ts';
import { metadata } from '../support/objects.ts';

const prefix = 'nginx.ingress.kubernetes.io/';
const className = 'naru';

const words = ['', 'a', 'b', 'ab', 'A', 'a.b', 'c+'];
const plainPath = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join('/')}`.replace(/\/{2,}/g, '/'));
const expression = fc.constantFrom('/a(/|$)(.*)', '/(a|b)/?(.*)', '/[^/]+/b', '/A.*', '/a/\\w+$');

const path = fc.oneof(
  { arbitrary: fc.record({ path: plainPath, pathType: fc.constantFrom('Exact', 'Prefix', 'ImplementationSpecific') }), weight: 4 },
  expression.map((one) => ({ path: one, pathType: 'ImplementationSpecific' })),
);

const flag = ['true', 'false'];
/** Of the families that decide about routes: which is taken, where it leads, what the backend sees. */
const values: Readonly<Record<string, readonly string[]>> = {
  'use-regex': flag,
  'rewrite-target': ['/', '/x', '/$1', '/x/$2', '/$2/'],
  'app-root': ['/a', '/app'],
  'permanent-redirect': ['http://elsewhere.test/x', 'https://elsewhere.test'],
  'temporal-redirect': ['http://elsewhere.test/$request_uri'],
  'force-ssl-redirect': flag,
  'preserve-trailing-slash': flag,
  'upstream-vhost': ['inner.test', 'x.$host'],
  'from-to-www-redirect': flag,
  'x-forwarded-prefix': ['/p'],
  'enable-cors': flag,
  'cors-allow-origin': ['*', 'http://o.test', 'https://*.o.test'],
  affinity: ['cookie'],
};
const annotations = fc
  .uniqueArray(fc.constantFrom(...Object.keys(values)), { maxLength: 3 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(values[name] ?? []))]))));

const canaryAnnotations = fc
  .record(
    {
      'canary-weight': fc.constantFrom('0', '20', '100'),
      'canary-by-header': fc.constant('x-a'),
      'canary-by-header-value': fc.constantFrom('yes', 'A'),
      'canary-by-header-pattern': fc.constantFrom('a.c', '^\\d+$'),
      'canary-by-cookie': fc.constant('c'),
    },
    { requiredKeys: [] },
  )
  .map((all) => ({ canary: 'true', ...all }));

/** The hosts of case number `index`: names of its own, so that cases do not meet. */
export function hostsOf(index: number): readonly string[] {
  const kinds = [[`h${index}.test`], [`*.w${index}.test`], [`x.w${index}.test`, `*.w${index}.test`], [`H${index}.Test`]];
  return kinds[index % kinds.length] ?? [];
}

/** An Ingress for these hosts, perhaps another one that has paths of the first, and perhaps a canary. */
export function randomIngresses(index: number): fc.Arbitrary<readonly Ingress[]> {
  const one = fc.record({ paths: fc.array(path, { minLength: 1, maxLength: 4 }), annotations });
  const canary = fc.record({ taken: fc.boolean(), annotations: canaryAnnotations });
  return fc.tuple(one, fc.option(one, { nil: undefined }), canary).map(([first, second, { taken, annotations: ofCanary }]) => {
    const all = [ingressOf(`i${index}`, index, first)];
    if (second !== undefined) all.push(ingressOf(`j${index}`, index, second));
    if (taken) all.push(ingressOf(`k${index}`, index, { paths: first.paths.slice(0, 1), annotations: ofCanary }, 'next'));
    return all;
  });
}

interface Sketch {
  readonly paths: readonly { readonly path: string; readonly pathType: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

function ingressOf(name: string, index: number, { paths, annotations: own }: Sketch, service = 'web'): Ingress {
  const rules = hostsOf(index).map((host) => ({
    host,
    // Every fifth has a backend that is not there.
    paths: paths.map(({ path: written, pathType }, at) => ({
      path: written,
      pathType: pathType as 'Exact',
      backend: { service: { name: (index + at) % 5 === 4 ? 'gone' : service, port: { number: 80 } } },
    })),
  }));
  const given = Object.fromEntries(Object.entries(own).map(([key, value]) => [prefix + key, value]));
  return { kind: 'Ingress', metadata: metadata(name, { annotations: given }), spec: { ingressClassName: className, tls: [], rules } };
}

const word = fc.constantFrom('always', 'never', 'yes', 'A', 'abc', '12', '');
const tail = fc.constantFrom('', '', '/', '/x', '/x/y', '?q=1', '/?q=a/b');

/** A request to the hosts of a case, most of them for a path that is near one of its own. */
export function randomRequest(index: number, ingresses: readonly Ingress[]): fc.Arbitrary<ExplainedRequest> {
  const [first = ''] = hostsOf(index);
  const name = first.replace('*', 'any');
  const written = ingresses.flatMap(({ spec }) => spec.rules.flatMap(({ paths = [] }) => paths.map((one) => one.path ?? '/')));
  const near = fc.tuple(fc.constantFrom(...written.map((one) => one.replace(/[([\\].*/, 'a'))), tail).map(([one, rest]) => one + rest);
  return fc
    .record({
      authority: fc.oneof(
        {
          arbitrary: fc.constantFrom(name, name.toUpperCase(), `${name}:8080`, `${name}.`, `${name}.:80`, `www.${name.toLowerCase()}`),
          weight: 6,
        },
        fc.constantFrom(`a.b.w${index}.test`, `w${index}.test`, 'nobody.test', `x.w${index}.test`),
      ),
      method: fc.constantFrom('GET', 'GET', 'POST', 'OPTIONS'),
      path: fc.oneof({ arbitrary: near, weight: 4 }, plainPath, fc.constantFrom('/', '/a//b', '/a/../b', '/a%2fb', '/%61/b')),
      canary: fc.option(word, { nil: undefined }),
      origin: fc.option(fc.constantFrom('http://o.test', 'https://x.o.test', 'null'), { nil: undefined }),
      preflight: fc.boolean(),
      cookie: fc.option(fc.constantFrom('c=always', 'c=never', 'c=x', 'INGRESSCOOKIE=1; c=always'), { nil: undefined }),
    })
    .map(({ authority, method, path: asked, canary, origin, preflight, cookie }) => ({
      ...{ authority, method, path: asked, scheme: 'http' as const },
      headers: new Map([
        ...(canary === undefined ? [] : [['x-a', canary] as const]),
        ...(origin === undefined ? [] : [['origin', origin] as const]),
        ...(preflight ? [['access-control-request-method', 'PUT'] as const] : []),
        ...(cookie === undefined ? [] : [['cookie', cookie] as const]),
      ]),
    }));
}
