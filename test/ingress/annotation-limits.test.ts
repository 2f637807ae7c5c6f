// What the ConfigMap says annotations may do: each key on, off and wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, Secret } from '../../src/kube/objects.ts';
import type { Build } from '../../src/runtime/build.ts';
import { buildOptions, built } from '../support/build.ts';
import { ingress, metadata, naruClass, service, slice, upsert } from '../support/objects.ts';

const key = 'shop/naru';
const prefix = 'nginx.ingress.kubernetes.io';

function configMap(data: Readonly<Record<string, string>>): KubeObject {
  return { kind: 'ConfigMap', metadata: metadata('naru'), data };
}

const users: Secret = {
  kind: 'Secret',
  metadata: metadata('users', { namespace: 'other' }),
  type: 'Opaque',
  data: { auth: Buffer.from('ada:{PLAIN}secret') },
};

function given(data: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>>): Build {
  const written = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`${prefix}/${name}`, value]));
  const web = ingress({ name: 'web', host: 'web.test', paths: [{ path: '/', service: 'web' }], metadata: { annotations: written } });
  const objects = [naruClass, service('web'), slice('web-1', 'web', ['10.0.0.1']), users, web, configMap(data)];
  return built(objects, { ...buildOptions, ingress: { ...buildOptions.ingress, configMap: key } });
}

const codes = (build: Build) => build.problems().map(({ code, source }) => `${code} ${source.field}`);

test('annotation-value-word-blocklist: the paths of an Ingress with such a word in an annotation are closed, until the word is allowed', () => {
  const build = given({ 'annotation-value-word-blocklist': 'load_module, lua_' }, { 'upstream-vhost': 'my.lua_package.test' });
  const answers = () =>
    build.model.virtualHosts.get('web.test')?.routes.map(({ action }) => (action.type === 'answer' ? action.status : action.type));
  assert.deepEqual(answers(), [503]);
  assert.deepEqual(codes(build), [`NR113 metadata.annotations["${prefix}/upstream-vhost"]`]);
  for (const data of [{}, { 'annotation-value-word-blocklist': 'load_module' }, { 'annotation-value-word-blocklist': ' , ' }]) {
    build.apply([upsert(configMap(data))]);
    assert.deepEqual(answers(), ['forward']);
    assert.deepEqual(codes(build), []);
  }
});

test('annotation-value-word-blocklist: a canary with such a word gets no requests', () => {
  const canary = { 'upstream-vhost': 'my.lua_package.test', canary: 'true', 'canary-weight': '100' };
  const build = given({ 'annotation-value-word-blocklist': 'lua_' }, canary);
  assert.equal(build.model.virtualHosts.get('web.test'), undefined);
  assert.deepEqual(
    build.problems().map(({ code, done }) => `${code} ${done}`),
    ['NR113 It gets no requests.'],
  );
});

test('allow-cross-namespace-resources: Secrets of other namespaces count only with it', () => {
  const passwords = { 'auth-type': 'basic', 'auth-secret': 'other/users' };
  const policy = (build: Build) => build.model.virtualHosts.get('web.test')?.routes[0]?.policy?.passwords?.users;
  const allowed = given({ 'allow-cross-namespace-resources': 'true' }, passwords);
  assert.deepEqual([codes(allowed), policy(allowed)?.includes('other/users')], [[], true]);
  const refused = `NR214 metadata.annotations["${prefix}/auth-secret"]`;
  const off = given({}, passwords);
  assert.deepEqual([codes(off), policy(off)], [[refused], undefined]);
  const wrong = given({ 'allow-cross-namespace-resources': 'sometimes' }, passwords);
  assert.deepEqual([codes(wrong).sort(), policy(wrong)], [[refused, 'NR802 data.allow-cross-namespace-resources'], undefined]);
});

for (const [annotation, others] of [
  ['auth-tls-secret', {}],
  ['proxy-ssl-secret', { 'backend-protocol': 'HTTPS' }],
] as const)
  test(`${annotation} of another namespace is refused, or looked up where that is allowed`, () => {
    const annotations = { [annotation]: 'other/nothing', ...others };
    const messages = (build: Build) => build.problems().map(({ message }) => message);
    assert.deepEqual(messages(given({}, annotations)), [`${annotation}: Secret other/nothing is in another namespace than the Ingress.`]);
    const [found] = messages(given({ 'allow-cross-namespace-resources': 'true' }, annotations));
    assert.equal(found, 'There is no Secret other/nothing.');
  });
