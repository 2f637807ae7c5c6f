import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { NaruProcess } from './naru-process.ts';

async function run(t: TestContext, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}) {
  const naru = NaruProcess.start(t, args, options);
  const code = await naru.ended();
  return { code, output: naru.output, errors: naru.errors };
}

test('help shows the verbs with examples', async (t) => {
  const { code, output } = await run(t, ['--help']);
  assert.equal(code, 0);
  for (const text of [
    'dev [options] <dir>',
    'serve [options]',
    'translate [options]',
    'lint [options]',
    'codes [options] [code]',
    'Examples:',
  ])
    assert.ok(output.includes(text), text);
});

test('a mistyped flag or verb gets a suggestion', async (t) => {
  const flag = await run(t, ['dev', '.', '--htp-port', '1']);
  assert.equal(flag.code, 2);
  assert.match(flag.errors, /unknown option '--htp-port'\n\(Did you mean --http-port\?\)/);
  const verb = await run(t, ['translat']);
  assert.match(verb.errors, /Did you mean translate\?/);
});

test('a port that is none is refused in plain words, from a flag and from the environment', async (t) => {
  assert.match((await run(t, ['dev', '.', '--http-port', '70000'])).errors, /whole number from 0 to 65535/);
  assert.match((await run(t, ['dev', '.'], { env: { NARU_DEBUG_PORT: 'x' } })).errors, /NARU_DEBUG_PORT.*whole number from 0 to 65535/);
});

test('translate prints the Envoy resources of a folder', async (t) => {
  const { code, output, errors } = await run(t, ['translate', '-f', 'manifests/demo', '-o', 'yaml']);
  assert.equal(errors, '');
  assert.equal(code, 0);
  const { clusters, scopes } = parse(output) as { clusters: { name: string }[]; scopes: { name: string }[] };
  assert.deepEqual(
    clusters.map(({ name }) => name),
    ['naru-authz', 'shop/api/80', 'shop/web-v2/80', 'shop/web/80'],
  );
  assert.deepEqual(
    scopes.map(({ name }) => name),
    ['shop.localhost', '{other}'],
  );
});

test('translate reads standard input, names what is wrong and ends with 1', async (t) => {
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: { defaultBackend: { service: { name: 'nobody', port: { number: 80 } } } },
  };
  const { code, output, errors } = await run(t, ['translate', '-f', '-', '-o', 'json'], { input: JSON.stringify(ingress) });
  assert.equal(code, 1);
  assert.match(errors, /NR501 error {2}Ingress default\/web {2}There is no Service default\/nobody\./);
  assert.deepEqual(
    (JSON.parse(output) as { clusters: { name: string }[] }).clusters.map(({ name }) => name),
    ['naru-authz'],
  );
});

test('a folder that is not there, and a format that is none, are usage errors', async (t) => {
  const folder = await run(t, ['translate', '-f', '/nowhere']);
  assert.deepEqual({ code: folder.code, errors: folder.errors }, { code: 2, errors: 'naru: There is no file or folder /nowhere.\n' });
  assert.equal((await run(t, ['translate', '-f', 'manifests/demo', '-o', 'toml'])).code, 2);
});

test('serve without an API server says what was tried', async (t) => {
  const { code, errors } = await run(t, ['serve', '--kubeconfig', '/nowhere']);
  assert.deepEqual({ code, errors }, { code: 2, errors: 'naru: There is no kubeconfig /nowhere.\n' });
});
