// Each field of each object wrong in each way, alone and together: what is wrong is named where it stands, nobody else is harmed, and
// Envoy takes what is published.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parseFieldPath, type Segment } from '../../src/kube/field-path.ts';
import type { Kind, KubeObject } from '../../src/kube/objects.ts';
import { read } from '../../src/kube/read.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Build } from '../../src/runtime/build.ts';
import { built } from '../support/build.ts';
import { certificateFor } from '../support/certificates.ts';
import { assertNoViolations, neighbour, ofNeighbour } from '../support/neighbour.ts';
import { proofOfSuite } from '../support/proof.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Mistake {
  readonly kind: Kind;
  readonly path: readonly Segment[];
  /** Absent: the field is. */
  readonly value?: Json;
}

const { chain, privateKey } = await certificateFor(['web.test']);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const about = { namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' };
const port = { name: 'http' };
/** Objects as they should be, of which one field or another is not. */
const right: Readonly<Record<'Ingress' | 'Service' | 'EndpointSlice' | 'Secret', Json>> = {
  Ingress: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...about,
      name: 'web',
      annotations: {
        'nginx.ingress.kubernetes.io/proxy-read-timeout': '7',
        'nginx.ingress.kubernetes.io/force-ssl-redirect': 'false',
        'nginx.ingress.kubernetes.io/whitelist-source-range': '10.0.0.0/8',
      },
    },
    spec: {
      ingressClassName: 'naru',
      defaultBackend: { service: { name: 'web', port: { number: 80 } } },
      tls: [{ hosts: ['web.test'], secretName: 'web-tls' }],
      rules: [
        {
          host: 'web.test',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port } } },
              { path: '/bucket', pathType: 'Exact', backend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'files' } } },
            ],
          },
        },
        {
          host: '*.web.test',
          http: { paths: [{ path: '/', pathType: 'ImplementationSpecific', backend: { service: { name: 'web', port } } }] },
        },
      ],
    },
  },
  Service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...about, name: 'web' },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.7',
      ipFamilies: ['IPv4', 'IPv6'],
      sessionAffinity: 'ClientIP',
      ports: [
        { name: 'http', port: 80, protocol: 'TCP', targetPort: 'web', appProtocol: 'http' },
        { name: 'admin', port: 81, targetPort: 8081 },
      ],
    },
  },
  EndpointSlice: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...about, name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [
      {
        addresses: ['10.0.0.7'],
        conditions: { ready: true, serving: true, terminating: false },
        targetRef: { kind: 'Pod', name: 'web-1' },
        hints: { forZones: [{ name: 'a' }] },
      },
    ],
  },
  Secret: {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...about, name: 'web-tls' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': base64(chain), 'tls.key': base64(privateKey) },
  },
};
type Given = keyof typeof right;
const givenKinds = Object.keys(right) as Given[];

const wrong: readonly (Json | undefined)[] = [
  ...[undefined, null, true, 0, -1, 1.5, 65_536, 2 ** 53, [], {}, [null], { a: [1] }],
  ...['', ' ', 'a b', 'A', '*', '*.', '/', '/../x', '//', '%zz', '\n', '\0', '"', '${x}', '%REQ(a)%', 'é', '😀', '\ud800', '-', '.', ':80'],
  ...[
    '127.0.0.1',
    '::1',
    'localhost',
    '169.254.169.254',
    'ExternalName',
    'FQDN',
    'UDP',
    'None',
    'x'.repeat(300),
    'bm90IGEgY2VydGlmaWNhdGU=',
  ],
];

function fieldsOf(value: Json, path: readonly Segment[] = []): readonly (readonly Segment[])[] {
  const below = Array.isArray(value)
    ? (value as readonly Json[]).flatMap((item, index) => fieldsOf(item, [...path, index]))
    : value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([name, field]) => fieldsOf(field, [...path, name]))
      : [];
  return [...(path.length === 0 ? [] : [path]), ...below];
}

function withMistake(value: Json, [first, ...rest]: readonly Segment[], put: Json | undefined): Json {
  if (first === undefined || value === null || typeof value !== 'object') return put ?? null;
  const copy: Record<string, Json> | Json[] = Array.isArray(value)
    ? [...(value as readonly Json[])]
    : { ...(value as Record<string, Json>) };
  const fields = copy as Record<Segment, Json>;
  if (rest.length > 0) fields[first] = withMistake(fields[first] ?? null, rest, put);
  else if (put !== undefined) fields[first] = put;
  else if (Array.isArray(copy)) copy.splice(Number(first), 1);
  else Reflect.deleteProperty(copy, first);
  return copy;
}

interface Readings {
  readonly objects: readonly KubeObject[];
  /** Of objects that could not be read. */
  readonly unread: readonly Problem[];
}

/** What is left of the objects with these mistakes. */
function readAll(mistakes: readonly Mistake[]): Readings {
  const unread: Problem[] = [];
  const objects = givenKinds.flatMap((kind): KubeObject[] => {
    const own = mistakes.filter((mistake) => mistake.kind === kind);
    const raw = own.reduce((value, { path, value: put }) => withMistake(value, path, put), right[kind]);
    const reading = read(kind, raw);
    if (!reading.ok) unread.push(...reading.problems);
    return reading.ok ? [reading.object] : [];
  });
  return { objects, unread };
}

/** Beside a neighbour who made no mistake. */
function assertHarmless(build: Build, undisturbed: unknown): void {
  assertNoViolations(build);
  assert.deepEqual(ofNeighbour(build), undisturbed);
  for (const { code, source, message } of build.problems()) {
    assert.notEqual(code, 'NR901', message);
    assert.notEqual(source.field, undefined, `${code} ${message}`);
  }
}

/** At the field, above or below it, or at another of the same map, without which it means nothing. */
function isAt(problem: Problem, path: readonly Segment[]): boolean {
  const found = parseFieldPath(problem.source.field ?? '');
  const begins = (whole: readonly Segment[], part: readonly Segment[]) => part.every((segment, index) => whole[index] === segment);
  return found.length > 0 && (begins(path, found.slice(0, -1)) || begins(found, path.slice(0, -1)));
}

const all: readonly Mistake[] = givenKinds.flatMap((kind) =>
  fieldsOf(right[kind])
    .filter(([first]) => first !== 'apiVersion' && first !== 'kind')
    .flatMap((path) => wrong.map((value) => ({ kind, path, ...(value === undefined ? {} : { value }) }))),
);
const several = fc.array(fc.constantFrom(...all), { minLength: 2, maxLength: 5 });

describe('whatever is wrong in an Ingress, a Service, an EndpointSlice or a Secret', () => {
  const undisturbed = ofNeighbour(built(neighbour));
  const proof = proofOfSuite();

  test('right as they are', () => {
    const { objects, unread } = readAll([]);
    assert.deepEqual(unread, []);
    assert.deepEqual(
      built([...objects, ...neighbour])
        .problems()
        .map(({ code, source }) => `${code} ${source.field}`),
      ['NR503 spec.rules[0].http.paths[1]'],
    );
  });

  test('one mistake at a time is named where it is, harms nobody, and Envoy takes the rest', async () => {
    const tried = new Set<string>();
    const proven = new Set<string | undefined>();
    for (const mistake of all) {
      const { objects, unread } = readAll([mistake]);
      const where = `${mistake.kind} ${mistake.path.join('.')} ${JSON.stringify(mistake.value)}`;
      for (const problem of unread) {
        assert.equal(problem.source.kind, mistake.kind, where);
        assert.ok(isAt(problem, mistake.path), `${where}: ${problem.source.field}`);
      }
      const left = JSON.stringify(objects);
      if (tried.has(left)) continue;
      tried.add(left);
      const build = built([...objects, ...neighbour]);
      assertHarmless(build, undisturbed);
      if (proven.has(build.current?.hash)) continue;
      proven.add(build.current?.hash);
      assert.deepEqual(await proof.refusalsOf(build.current), [], where);
    }
    assert.ok(tried.size > 100 && proven.size > 20, `${tried.size} of ${all.length}, ${proven.size} different`);
  });

  test('several at once', async () => {
    await fc.assert(
      fc.asyncProperty(several, async (mistakes) => {
        const build = built([...readAll(mistakes).objects, ...neighbour]);
        assertHarmless(build, undisturbed);
        assert.deepEqual(await proof.refusalsOf(build.current), []);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
  });
});
