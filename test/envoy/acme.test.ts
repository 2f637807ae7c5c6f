// Challenges of certificate authorities, with the objects that cert-manager makes: they get through whatever else a host has.
// https://cert-manager.io/docs/configuration/acme/http01/
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const host = 'acme.test';
const token = '3lJpMHK-7CtkJbzB5wYZQ_Fx4nF1q1b0vTr7pGxu3mE';
const challenge = `/.well-known/acme-challenge/${token}`;
const solverName = 'cm-acme-http-solver-7xk2p';
const labels = {
  'acme.cert-manager.io/http-domain': '1234567890',
  'acme.cert-manager.io/http-token': '987654321',
  'acme.cert-manager.io/http01-solver': 'true',
};
const solverBackend = { service: { name: solverName, port: { number: 8089 } } };

interface Solver {
  readonly pathType: string;
  readonly host?: string;
  readonly classed?: 'field' | 'annotation';
}

const document = (object: unknown): string => `---\n${JSON.stringify(object)}\n`;

const solverService = document({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: solverName, labels },
  spec: { type: 'NodePort', ports: [{ name: 'http', port: 8089, targetPort: 8089, protocol: 'TCP' }], selector: labels },
});

/** The solver's own Ingress. */
function solver({ pathType, classed = 'field', ...rule }: Solver): string {
  const range = { 'nginx.ingress.kubernetes.io/whitelist-source-range': '0.0.0.0/0,::/0' };
  const annotations = classed === 'annotation' ? { ...range, 'kubernetes.io/ingress.class': 'naru' } : range;
  const rules = [{ ...rule, http: { paths: [{ path: challenge, pathType, backend: solverBackend }] } }];
  return document({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: solverName, generateName: 'cm-acme-http-solver-', labels, annotations, creationTimestamp: '2026-06-01T00:00:00Z' },
    spec: { ...(classed === 'field' ? { ingressClassName: 'naru' } : {}), rules },
  });
}

/** The user's own Ingress: older, for everything, with a Secret that is not there yet. */
const app =
  ingressYaml({
    name: 'app',
    host,
    paths: ['Prefix / app', 'Prefix /.well-known app', 'Prefix /.well-known/acme-challenge/ app'],
    tls: [`app-tls ${host}`],
    annotations: { 'force-ssl-redirect': 'true' },
    created: '2026-01-01T00:00:00Z',
  }) + echoService('app');

for (const pathType of ['Exact', 'ImplementationSpecific', 'Prefix']) {
  for (const classed of ['field', 'annotation'] as const) {
    test(`an Ingress of the solver, of type ${pathType}, with its class in the ${classed}`, async () => {
      await naru.given(app + solver({ pathType, classed, host }) + solverService);
      for (let check = 0; check < 5; check++) assert.equal(await naru.served(`http://${host}${challenge}`), solverName);
      assert.equal(await naru.served(`https://${host}${challenge}`), solverName);
      assert.equal(await naru.served(`http://${host}/`), 308, 'everything else is still sent to https');
      assert.equal(await naru.served(`https://${host}/`), 'app');
    });
  }
}

test("the user's Ingress edited in place", async () => {
  const edited = JSON.parse(app.split('---\n')[1] ?? '') as { spec: { rules: { http: { paths: object[] } }[] } };
  edited.spec.rules[0]?.http.paths.unshift({ path: challenge, pathType: 'ImplementationSpecific', backend: solverBackend });
  await naru.given(document(edited) + echoService('app') + solverService);
  assert.equal(await naru.served(`http://${host}${challenge}`), solverName);
  assert.equal(await naru.served(`http://${host}/`), 308);
  await naru.given(app);
  assert.equal(await naru.served(`http://${host}/`), 308);
});

test('a certificate for an IP address: no host at all', async () => {
  await naru.given(app + solver({ pathType: 'Exact' }) + solverService);
  assert.equal(await naru.served(`http://192.0.2.1${challenge}`), solverName);
});

test('two solvers of one host at a time', async () => {
  const second = solver({ pathType: 'Exact', host }).replaceAll(token, `${token}-2`).replaceAll(solverName, `${solverName}-2`);
  await naru.given(
    app + solver({ pathType: 'Exact', host }) + second + solverService + solverService.replaceAll(solverName, `${solverName}-2`),
  );
  assert.equal(await naru.served(`http://${host}${challenge}`), solverName);
  assert.equal(await naru.served(`http://${host}${challenge}-2`), `${solverName}-2`);
});

test('whatever annotations the other Ingress has', async () => {
  const secret = document({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'users' },
    data: { auth: Buffer.from('a:$apr1$x$y').toString('base64') },
  });
  const annotated: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'regular expressions': { 'use-regex': 'true' },
    rewriting: { 'rewrite-target': '/elsewhere', 'use-regex': 'true' },
    'a redirect of the root': { 'app-root': '/app' },
    'a permanent redirect': { 'permanent-redirect': 'https://elsewhere.test' },
    'a temporal redirect': { 'temporal-redirect': 'https://elsewhere.test' },
    passwords: { 'auth-type': 'basic', 'auth-secret': 'users' },
    'a Secret of passwords that is not there': { 'auth-type': 'basic', 'auth-secret': 'missing' },
    'an authentication service': { 'auth-url': 'http://192.0.2.1/auth' },
    'client addresses': { 'whitelist-source-range': '192.0.2.0/24' },
    'denied addresses': { 'denylist-source-range': '0.0.0.0/0' },
    'client certificates': { 'auth-tls-secret': 'default/missing' },
    'forced https': { 'force-ssl-redirect': 'true' },
  };
  for (const [what, annotations] of Object.entries(annotated)) {
    const paths = [
      'ImplementationSpecific /.* app',
      'ImplementationSpecific /.well-known/acme-challenge/(.+)/with/more/letters/than/any app',
      'Prefix / app',
    ];
    const other = ingressYaml({ name: 'app', host, paths, annotations, created: '2026-01-01T00:00:00Z' }) + echoService('app') + secret;
    for (const pathType of ['Exact', 'ImplementationSpecific']) {
      await naru.given(other + solver({ pathType, host }) + solverService);
      assert.equal(await naru.served(`http://${host}${challenge}`), solverName, `${what}, ${pathType}`);
    }
  }
});
