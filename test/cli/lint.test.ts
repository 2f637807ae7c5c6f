// `naru lint` as somebody uses it: in a terminal, in a pipeline, for an editor.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { request } from '../support/request.ts';
import { NaruProcess } from './naru-process.ts';
import { sarifLog } from './sarif.ts';

const shop = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/canary-weight: "5O"
spec:
  defaultBackend: { service: { name: nobody, port: { number: 80 } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { ports: [{ port: 80 }] }
`;
const broken = 'kind: Ingress\nspec: [\n';
const clean = shop.slice(shop.indexOf('apiVersion: v1\n'));
const warned = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { ingressClassName: nobodys, defaultBackend: { service: { name: web, port: { number: 80 } } } }
---
${clean}`;

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'naru-lint-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function lint(t: TestContext, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}) {
  const naru = NaruProcess.start(t, ['lint', ...args], options);
  const code = await naru.ended();
  return { code, output: naru.output, errors: naru.errors };
}

test('each problem is shown where it stands, with what follows and what to do', async (t) => {
  const folder = folderWith(t, { 'shop.yaml': shop, 'broken.yaml': broken });
  const { code, output } = await lint(t, ['-f', folder]);
  assert.equal(code, 1);
  assert.equal(
    output.replaceAll(folder, 'FOLDER'),
    `NR101 error  File FOLDER/broken.yaml  Line 3, column 1, does not parse: Flow sequence in block collection must be sufficiently indented and end with a ].
  FOLDER/broken.yaml:3:1
  3 | 
    | ^
  Nothing of it is active. Correct this place: the rest of the file is not looked at before.

NR214 error  Ingress default/web  canary-weight: "5O" is not a whole number.
  FOLDER/shop.yaml:6:48
  6 |     nginx.ingress.kubernetes.io/canary-weight: "5O"
    |                                                ^^^^
  The annotation was left out, which means "0". Write a value of type number, such as "10": Share of requests for the canary, from 0 to 100, or to canary-weight-total.

NR501 error  Ingress default/web  There is no Service default/nobody.
  FOLDER/shop.yaml:8:3
  8 |   defaultBackend: { service: { name: nobody, port: { number: 80 } } }
    |   ^^^^^^^^^^^^^^
  Requests for it are answered with 503. Create the Service, or correct the name. A backend is looked up in the namespace of its Ingress.

Passed over, since Naru does not read them: Deployment 1.
3 errors in 2 objects of 2 files. No cluster was asked.
`,
  );
});

test('a Gateway that is not among the files is told of as a note: it may be in the cluster', async (t) => {
  const route = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web' },
    spec: { parentRefs: [{ name: 'edge', namespace: 'infra' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  };
  const folder = folderWith(t, { 'route.json': JSON.stringify(route), 'service.yaml': clean });
  const { code, output } = await lint(t, ['-f', folder]);
  assert.equal(code, 0);
  assert.match(output, /^NR608 info  HTTPRoute default\/web  There is no Gateway infra\/edge\.$/m);
});

test('the exit code says whether something is bad enough', async (t) => {
  const folder = folderWith(t, { 'clean.yaml': clean });
  const fine = await lint(t, ['-f', folder]);
  assert.deepEqual(fine, { code: 0, output: 'Nothing is wrong in 1 object of 1 file. No cluster was asked.\n', errors: '' });
  assert.equal((await lint(t, ['-f', '-'], { input: warned })).code, 0);
  assert.equal((await lint(t, ['-f', '-', '--fail-on', 'warning'], { input: warned })).code, 1);
  assert.equal((await lint(t, ['-f', folder, '-f', join(folder, 'missing')])).code, 2);
  assert.equal((await lint(t, ['-f', folder, '-o', 'xml'])).code, 2);
  assert.equal((await lint(t, [])).code, 2);
});

test('colours are for terminals', async (t) => {
  const escape = '\u001B[';
  const piped = await lint(t, ['-f', '-'], { input: shop, env: { NO_COLOR: undefined } });
  assert.ok(!piped.output.includes(escape));
  const forced = await lint(t, ['-f', '-'], { input: shop, env: { NO_COLOR: undefined, FORCE_COLOR: '1' } });
  assert.ok(forced.output.includes(`${escape}31m`));
});

test('what a file holds does not steer the terminal, and a Secret is not shown', async (t) => {
  const input = `${shop}---\napiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: "correct-horse"\n`.replace(
    '"5O"',
    '"5\\e[2J" # \u001B[2J',
  );
  const { output } = await lint(t, ['-f', '-'], { input });
  assert.match(output, /NR214 error[^]*NR102 error {2}Secret default\/a/);
  assert.ok(!output.includes('\u001B'));
  assert.ok(!output.includes('correct-horse'));
});

test('several files and folders are one set of objects', async (t) => {
  const one = folderWith(t, {
    'web.yaml': warned.slice(0, warned.indexOf('---')).replace('ingressClassName: nobodys, ', 'ingressClassName: naru, '),
  });
  const other = folderWith(t, { 'service.yaml': clean });
  assert.match((await lint(t, ['-f', one])).output, /NR501 error/);
  assert.match((await lint(t, ['-f', one, '-f', join(other, 'service.yaml')])).output, /^Nothing is wrong in 2 objects of 2 files\./);
});

test('json has every finding with its place', async (t) => {
  const { output } = await lint(t, ['-f', '-', '-o', 'json'], { input: shop });
  const { findings, ...rest } = JSON.parse(output) as { findings: readonly Readonly<Record<string, unknown>>[] };
  assert.deepEqual(rest, { counts: { error: 2, warning: 0, info: 1 }, objects: 2, files: 1 });
  assert.deepEqual(findings.map(({ code, file, line, column, endColumn }) => [code, file, line, column, endColumn]).slice(1), [
    ['NR214', 'stdin', 6, 48, 52],
    ['NR501', 'stdin', 8, 3, 17],
  ]);
});

test('yaml says the same as json', async (t) => {
  const [asJson, asYaml] = [
    await lint(t, ['-f', '-', '-o', 'json'], { input: shop }),
    await lint(t, ['-f', '-', '-o', 'yaml'], { input: shop }),
  ];
  assert.deepEqual(parse(asYaml.output), JSON.parse(asJson.output));
  assert.equal(asYaml.code, 1);
});

test('sarif is what the standard says', async (t) => {
  const folder = folderWith(t, { 'a shop.yaml': shop, 'broken.yaml': broken });
  const { output } = await lint(t, ['-f', folder, '-o', 'sarif']);
  const [run] = sarifLog.parse(JSON.parse(output)).runs;
  const { rules } = run?.tool.driver ?? { rules: [] };
  assert.deepEqual(
    run?.results.map(({ ruleId, ruleIndex, level }) => [ruleId, rules[ruleIndex]?.id, level]),
    [
      ['NR103', 'NR103', 'note'],
      ['NR214', 'NR214', 'error'],
      ['NR501', 'NR501', 'error'],
      ['NR101', 'NR101', 'error'],
    ],
  );
  const { physicalLocation } = run.results[1]?.locations[0] ?? {};
  assert.match(physicalLocation?.artifactLocation.uri ?? '', /^file:\/\/.*\/a%20shop\.yaml$/);
  assert.deepEqual(physicalLocation?.region, { startLine: 6, startColumn: 48, endColumn: 52 });
});

test('the problems are those that naru dev tells of', async (t) => {
  const folder = folderWith(t, { 'shop.yaml': shop, 'broken.yaml': broken });
  const anyPorts = ['--http-port', '0', '--https-port', '0', '--debug-port', '0'];
  const dev = NaruProcess.start(t, ['dev', folder, ...anyPorts]);
  const debug = Number((await dev.says(/http:\/\/127\.0\.0\.1:(\d+)\/debug/, 60_000))[1]);
  const { body } = await request(`http://127.0.0.1:${debug}/debug/problems`, { http: debug, https: 0 });
  const told = JSON.parse(body) as { problems: readonly Readonly<Record<string, unknown>>[] };
  const { output } = await lint(t, ['-f', folder, '-o', 'json']);
  const { findings } = JSON.parse(output) as { findings: readonly Readonly<Record<string, unknown>>[] };
  const texts = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.map(({ code, message, done, fix }) => ({ code, message, done, fix }));
  const sorted = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    texts(rows).sort((a, b) => (String(a.code) < String(b.code) ? -1 : 1));
  assert.deepEqual(sorted(findings), sorted(told.problems));
});
