import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connect, type ConnectionOptions } from '../../src/kube/connection.ts';
import { watchKind } from '../../src/kube/watch.ts';
import { FaultyServer } from './support/faulty-server.ts';
import { Recorder } from './support/recorder.ts';

interface Place {
  readonly dir: string;
  readonly write: (file: string, text: string) => string;
  readonly connectWith: (options?: ConnectionOptions) => ReturnType<typeof connect>;
}

/** A home, an environment and a file system of their own. */
function given(t: TestContext): Place {
  const dir = mkdtempSync(join(tmpdir(), 'naru-connection-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const write = (file: string, text: string): string => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
    return join(dir, file);
  };
  return { dir, write, connectWith: (options = {}) => connect({ env: {}, home: join(dir, 'home'), root: dir, ...options }) };
}

function kubeconfig(name: string, server = `https://${name}.example.com:6443`, user = '{token: secret}'): string {
  return `apiVersion: v1
kind: Config
current-context: ${name}
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: shop}}]
clusters: [{name: ${name}, cluster: {server: "${server}"}}]
users: [{name: ${name}, user: ${user}}]
`;
}

test('when nothing is found, it says what was tried', async (t) => {
  const { dir, connectWith } = given(t);
  await assert.rejects(connectWith(), {
    message: `No API server was found. Tried: $KUBECONFIG (not set); ${dir}/home/.kube/config (no such file); a pod's credentials (no ${dir}/var/run/secrets/kubernetes.io/serviceaccount/token). Give --kubeconfig, or run Naru in the cluster.`,
  });
  await assert.rejects(connectWith({ kubeconfig: '/no/config' }), { message: 'There is no kubeconfig /no/config.' });
  await assert.rejects(connectWith({ env: { KUBECONFIG: '/no/config' } }), /\$KUBECONFIG \(\/no\/config: no such file\)/);
});

test('an explicit file goes before $KUBECONFIG, that before the home, that before the pod', async (t) => {
  const { write, connectWith } = given(t);
  write('var/run/secrets/kubernetes.io/serviceaccount/token', 'pod-token');
  write('var/run/secrets/kubernetes.io/serviceaccount/namespace', 'naru\n');
  write('var/run/secrets/kubernetes.io/serviceaccount/ca.crt', '');
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
  const pod = await connectWith({ env });
  assert.deepEqual([pod.server, pod.description, pod.namespace], ['https://[fd00::1]:6443', "the pod's credentials", 'naru']);
  assert.equal((await pod.requestOptions()).headers?.['Authorization'], 'Bearer pod-token');

  const home = write('home/.kube/config', kubeconfig('home'));
  const atHome = await connectWith({ env });
  assert.deepEqual([atHome.server, atHome.description], ['https://home.example.com:6443', `the context home of ${home}`]);

  const KUBECONFIG = ['/no/such', write('one', kubeconfig('one')), write('two', kubeconfig('two'))].join(delimiter);
  assert.equal((await connectWith({ env: { ...env, KUBECONFIG } })).server, 'https://one.example.com:6443');
  assert.equal((await connectWith({ env: { ...env, KUBECONFIG }, context: 'two' })).server, 'https://two.example.com:6443');

  const explicit = write('three', kubeconfig('three'));
  assert.equal((await connectWith({ env: { ...env, KUBECONFIG }, kubeconfig: explicit })).namespace, 'shop');
});

test('contexts and files that are wrong are told', async (t) => {
  const { write, connectWith } = given(t);
  const file = write('config', kubeconfig('one'));
  await assert.rejects(connectWith({ kubeconfig: file, context: 'two' }), { message: `There is no context two in ${file}. It has one.` });
  const none = write('none', kubeconfig('one').replace(/current-context.*\n/, ''));
  await assert.rejects(connectWith({ kubeconfig: none }), { message: `${none} has no current context; give --context. It has one.` });
  const broken = write('broken', 'a: b: c');
  await assert.rejects(
    connectWith({ kubeconfig: broken }),
    /^NoApiServer: The kubeconfig .* cannot be read: |^Error: The kubeconfig .* cannot be read: /,
  );
});

test('a watch goes through a kubeconfig, with a token from a file that was rotated', async (t) => {
  const { write, connectWith } = given(t);
  const server = new FaultyServer();
  server.put('web');
  await server.listen();
  t.after(() => server.close());
  write('token', 'first\n');
  const file = write('config', kubeconfig('local', server.connection.server, '{tokenFile: token}'));
  const events = new Recorder(watchKind(await connectWith({ kubeconfig: file }), 'Service', { timing: { minDelayMs: 1, maxDelayMs: 5 } }));
  await events.until(({ type }) => type === 'synced');
  write('token', 'second\n');
  server.fail({ at: 'watch', status: 401 });
  server.fail({ at: 'stream', send: 'end' });
  await events.reaches(() => server.authorizations.length === 3);
  events.close();
  assert.deepEqual(server.authorizations, ['Bearer first', 'Bearer first', 'Bearer second']);
});

test('credentials that cannot be had are told and tried again', async (t) => {
  const { write, connectWith } = given(t);
  const user = '{exec: {apiVersion: client.authentication.k8s.io/v1, command: /no/such/plugin, interactiveMode: Never}}';
  const connection = await connectWith({ kubeconfig: write('config', kubeconfig('local', 'https://127.0.0.1:1', user)) });
  const troubles: string[] = [];
  const onTrouble = (sentence: string): void => void troubles.push(sentence);
  const events = new Recorder(watchKind(connection, 'Service', { timing: { minDelayMs: 1, maxDelayMs: 5 }, onTrouble }));
  await events.reaches(() => troubles.length > 1);
  events.close();
  assert.deepEqual(events.failures, []);
  assert.match(troubles[0] ?? '', /^Service: the credentials cannot be read: .*\/no\/such\/plugin/);
});
