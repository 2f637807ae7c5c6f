import assert from 'node:assert/strict';
import { rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Folder } from '../../src/kube/folder.ts';
import { ingressYaml, serviceYaml } from './support/objects.ts';
import { print, Recorder } from './support/recorder.ts';
import { given, heardUntilMark, isDelete, isProblems, isUpsert } from './support/watched-folder.ts';

test('a folder is read in the order of its files and documents, then every kind is synced', async (t) => {
  const { events } = await given(t, {
    'b/web.yml': `${ingressYaml('web')}---\n# nothing\n---\n${serviceYaml('web')}`,
    'a.yaml': ingressYaml('first'),
    'c.json': JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'last' }, spec: { ports: [{ port: 1 }] } }),
    '.hidden.yaml': ingressYaml('hidden'),
    '.git/x.yaml': ingressYaml('git'),
    '#web.yaml': ingressYaml('lock'),
    'web.yaml~': ingressYaml('backup'),
    'notes.txt': ingressYaml('text'),
  });
  assert.deepEqual(events.all.slice(0, 9).map(print), [
    'upsert Ingress shop/first',
    'upsert Ingress shop/web',
    'upsert Service shop/web',
    'upsert Service default/last',
    'synced Ingress',
    'synced IngressClass',
    'synced Service',
    'synced EndpointSlice',
    'synced Secret',
  ]);
  const origins = events.all.slice(0, 4).map((event) => (event.type === 'upsert' ? event.object.metadata.origin : undefined));
  assert.deepEqual(origins, [
    { file: 'a.yaml', line: 1, order: 0 },
    { file: 'b/web.yml', line: 1, order: 1 },
    { file: 'b/web.yml', line: 22, order: 2 },
    { file: 'c.json', line: 1, order: 3 },
  ]);
});

function bareService(name: string): unknown {
  return { metadata: { name }, spec: { ports: [{ port: 1 }] } };
}

test('lists stand for their items', async (t) => {
  const { events } = await given(t, {
    'list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${serviceYaml('one').replaceAll('\n', '\n  ')}\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web}\n`,
    'typed.json': JSON.stringify({ apiVersion: 'v1', kind: 'ServiceList', items: [bareService('two'), bareService('three')] }),
  });
  assert.deepEqual([...events.objects().keys()], ['Service shop/one', 'Service default/two', 'Service default/three']);
  assert.equal(events.objects().get('Service shop/one')?.metadata.origin?.line, 4);
});

test('a missing folder is an error with a sentence', () => {
  const events = new Recorder(new Folder('/no/such/folder').events());
  assert.match(String(events.failures[0]), /The folder \/no\/such\/folder cannot be read: it does not exist\./);
});

test('a save sends only what changed, with the file as its cause, soon', async (t) => {
  const watched = await given(t, { 'shop.yaml': `${ingressYaml('web')}---\n${serviceYaml('web')}`, 'other.yaml': ingressYaml('other') });
  const start = performance.now();
  watched.save('shop.yaml', `# a comment, and a new host\n${ingressYaml('web', 'new.example.com')}---\n${serviceYaml('web')}`);
  const [event, ...rest] = await watched.events.until(isUpsert);
  const took = performance.now() - start;
  assert.deepEqual(rest, []);
  assert.ok(event?.type === 'upsert' && event.object.kind === 'Ingress');
  assert.equal(event.cause, 'shop.yaml');
  assert.equal(event.object.spec.rules[0]?.host, 'new.example.com');
  t.diagnostic(`from save to event: ${took.toFixed(0)} ms`);
});

test('a save that changes nothing, or only comments, sends nothing', async (t) => {
  const watched = await given(t, { 'shop.yaml': ingressYaml('web') });
  watched.save('shop.yaml', `# hello\n\n${ingressYaml('web')}`);
  assert.deepEqual(await heardUntilMark(watched), []);
});

test('what goes out of a file or with it is deleted', async (t) => {
  const { events, dir, save } = await given(t, {
    'a.yaml': `${ingressYaml('one')}---\n${ingressYaml('two')}`,
    'b.yaml': ingressYaml('three'),
  });
  save('a.yaml', ingressYaml('two'));
  assert.deepEqual((await events.until(isDelete)).map(print), ['delete Ingress shop/one']);
  unlinkSync(join(dir, 'b.yaml'));
  const deletes = await events.until(isDelete);
  assert.deepEqual(deletes.map(print), ['delete Ingress shop/three']);
  assert.equal(deletes[0]?.type === 'delete' && deletes[0].cause, 'b.yaml');
});

test('an object that stands twice: the first counts, a problem names both, and the second takes over', async (t) => {
  const { events, dir } = await given(t, {
    'a.yaml': ingressYaml('web', 'a.example.com'),
    'b.yaml': `# b\n${ingressYaml('web', 'b.example.com')}`,
  });
  const [problem] = events.problems();
  assert.equal(problem?.code, 'NR104');
  assert.equal(problem.message, 'Ingress shop/web stands in a.yaml:1 and again in b.yaml:2.');
  unlinkSync(join(dir, 'a.yaml'));
  const heard = await events.until(isProblems);
  assert.deepEqual(heard.map(print), ['upsert Ingress shop/web', 'problems b.yaml']);
  assert.equal(heard[0]?.type === 'upsert' && heard[0].object.metadata.origin?.file, 'b.yaml');
});

test('an object put before others takes a number between them, and they are not sent again', async (t) => {
  const { events, save } = await given(t, { 'a.yaml': ingressYaml('one'), 'c.yaml': ingressYaml('three') });
  save('b.yaml', ingressYaml('two'));
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/two']);
  save('a.yaml', `${ingressYaml('zero')}---\n${ingressYaml('one')}`);
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/zero']);
  const order = (name: string): number => events.objects().get(`Ingress shop/${name}`)?.metadata.origin?.order ?? NaN;
  const orders = ['zero', 'one', 'two', 'three'].map(order);
  assert.deepEqual(
    orders,
    orders.toSorted((one, other) => one - other),
  );
});

test('a file that does not parse keeps its objects, says where, and is forgiven', async (t) => {
  const watched = await given(t, { 'shop.yaml': ingressYaml('web') });
  const { events, save, folder } = watched;
  save('shop.yaml', ingressYaml('web').replace('kind: Ingress', 'kind: Ingress: oops'));
  assert.deepEqual((await events.until(isProblems)).map(print), ['problems shop.yaml NR101']);
  const [problem] = events.problems();
  assert.equal(problem?.message, 'Line 2, column 7, does not parse: Nested mappings are not allowed in compact mappings.');
  assert.equal(problem.done, 'Its last good version stays active.');
  assert.deepEqual(folder.locate('File', 'shop.yaml'), { file: 'shop.yaml', line: 2, column: 7, width: 1, text: 'kind: Ingress: oops' });
  save('shop.yaml', ingressYaml('web', 'fixed.example.com'));
  assert.deepEqual((await events.until(isProblems)).map(print), ['upsert Ingress shop/web', 'problems shop.yaml']);
});

function both(web: string, api: string): string {
  return `${ingressYaml('web', web)}---\n${ingressYaml('api', api)}`;
}

test('an object that is not valid keeps its last good version; its neighbours change', async (t) => {
  const { events, save, folder } = await given(t, { 'shop.yaml': both('web.example.com', 'api.example.com') });
  save('shop.yaml', both('Web.example.com', 'new.example.com'));
  assert.deepEqual((await events.until(isProblems)).map(print), ['upsert Ingress shop/api', 'problems shop.yaml NR102']);
  const [problem] = events.problems();
  assert.equal(problem?.message, 'The host "Web.example.com" has upper-case letters.');
  assert.equal(problem.done, 'Its last good version stays active.');
  assert.deepEqual(folder.locate('Ingress', 'shop/web', problem.source.field), {
    file: 'shop.yaml',
    line: 9,
    column: 13,
    width: 15,
    text: '    - host: Web.example.com',
  });
});

test('an object that never was valid is left out', async (t) => {
  const { events } = await given(t, { 'shop.yaml': ingressYaml('web', 'Web') });
  assert.deepEqual([...events.objects().keys()], []);
  assert.equal(events.problems()[0]?.done, 'The object was left out.');
});

test('kinds that Naru does not read, old versions, and documents that are no objects are told', async (t) => {
  const { events } = await given(t, {
    'a.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n',
    'b.yaml': ingressYaml('old').replace('networking.k8s.io/v1', 'extensions/v1beta1'),
    'c.yaml': 'replicaCount: 3\n',
    'd.yaml': 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: fn}\n',
    'e.yaml': ingressYaml('bare').replace(/^apiVersion.*\n/, ''),
  });
  assert.deepEqual(
    events.problems().map(({ code, severity, message }) => `${code} ${severity}: ${message}`),
    [
      'NR103 info: Deployment shop/web is not read by Naru.',
      'NR102 error: Ingress of "extensions/v1beta1" is not served by today\'s Kubernetes.',
      'NR103 warning: The document at line 1 has no "kind", so it is not an object of Kubernetes.',
      'NR103 info: Service fn is not read by Naru.',
      'NR102 error: The object has no "apiVersion".',
    ],
  );
});

test('objects may be written in any version that API servers serve', async (t) => {
  const grant = (version: string) =>
    `apiVersion: gateway.networking.k8s.io/${version}\nkind: ReferenceGrant\nmetadata: {name: ${version}, namespace: shop}\nspec: {from: [], to: []}\n`;
  const { events } = await given(t, { 'a.yaml': grant('v1'), 'b.yaml': grant('v1beta1') });
  assert.deepEqual(events.problems(), []);
  assert.deepEqual([...events.objects().keys()].sort(), ['ReferenceGrant shop/v1', 'ReferenceGrant shop/v1beta1']);
});

test('a file that cannot be read is a problem of that file', async (t) => {
  const { events, dir, save } = await given(t, { 'a.yaml': ingressYaml('web') });
  symlinkSync('nowhere', join(dir, 'b.yaml'));
  await events.until(isProblems);
  assert.equal(events.problems()[0]?.message, 'The file cannot be read: it is a link to something that does not exist.');
  unlinkSync(join(dir, 'b.yaml'));
  save('b.yaml', ingressYaml('api'));
  assert.deepEqual((await events.until(isProblems)).map(print), ['upsert Ingress shop/api', 'problems b.yaml']);
});

test('an object that moves from one file to another is not deleted on its way', async (t) => {
  const { events, save } = await given(t, { 'a.yaml': `${ingressYaml('web')}---\n${ingressYaml('api')}`, 'b.yaml': ingressYaml('other') });
  save('a.yaml', ingressYaml('api'));
  save('b.yaml', `${ingressYaml('other')}---\n${ingressYaml('web')}`);
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/web']);
});

test('when the folder itself goes, its objects stay, and it is read again when it is back', async (t) => {
  const { events, dir, save } = await given(t, { 'shop.yaml': ingressYaml('web') }, { pollMs: 50 });
  rmSync(dir, { recursive: true });
  const heard = await events.until((event) => event.type === 'problems' && event.origin === '.');
  assert.match(events.problems()[0]?.message ?? '', /cannot be read: it does not exist/);
  save('shop.yaml', ingressYaml('web', 'back.example.com'));
  heard.concat(await events.until(isUpsert)).forEach((event) => assert.notEqual(event.type, 'delete'));
  assert.deepEqual(events.problems(), []);
});

test('nothing is sent after the subscription has ended', async (t) => {
  const watched = await given(t, { 'shop.yaml': ingressYaml('web') });
  const other = new Recorder(watched.folder.events());
  await other.synced();
  const before = other.all.length;
  other.close();
  watched.save('shop.yaml', ingressYaml('web', 'after.example.com'));
  await watched.events.until(isUpsert);
  assert.equal(other.all.length, before);
});
