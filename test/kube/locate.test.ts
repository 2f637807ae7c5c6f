import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readFolder } from '../../src/kube/folder.ts';
import { ingressYaml, serviceYaml } from './support/objects.ts';
import { print } from './support/recorder.ts';

const shop = `# The shop.
${serviceYaml('web')}---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/canary-weight: "200"
    nginx.ingress.kubernetes.io/configuration-snippet: |
      more_set_headers "a";
spec:
  defaultBackend: &backend
    service: { name: web, port: { number: 80 } }
  rules:
    - host: a.example.com
      http:
        paths:
          - path: /
            backend: *backend
`;

async function given(text: string): ReturnType<typeof readFolder> {
  return readFolder('-', Readable.from([Buffer.from(text)]));
}

test('a field is found with its line, by its value or by its key', async () => {
  const { locate } = await given(shop);
  const found = (field?: string): string => {
    const place = locate('Ingress', 'shop/web', field);
    return place === undefined ? '' : `${place.file}:${place.line}:${place.column} ${place.text.slice(place.column - 1)}`;
  };
  assert.equal(found('metadata.annotations["nginx.ingress.kubernetes.io/canary-weight"]'), 'stdin:13:48 "200"');
  assert.equal(
    found('metadata.annotations["nginx.ingress.kubernetes.io/configuration-snippet"]'),
    'stdin:14:5 nginx.ingress.kubernetes.io/configuration-snippet: |',
  );
  assert.equal(found('spec.rules[0].host'), 'stdin:20:13 a.example.com');
  const name = locate('Ingress', 'shop/web', 'spec.rules[0].host', 'name');
  assert.deepEqual([name?.line, name?.column, name?.width], [20, 7, 4]);
  assert.equal(found('spec.defaultBackend.service.port.number'), 'stdin:18:43 80 } }');
  assert.equal(found('spec.rules[0].http.paths[0].backend.service.name'), 'stdin:18:22 web, port: { number: 80 } }');
});

test('a field that is not written is found at what is around it', async () => {
  const { locate, events } = await given(shop);
  const [problem] = events.flatMap((event) => (event.type === 'problems' ? event.problems : []));
  assert.equal(problem?.source.field, 'spec.rules[0].http.paths[0].pathType');
  assert.deepEqual(locate('Ingress', 'shop/web', problem.source.field), {
    file: 'stdin',
    line: 23,
    column: 13,
    width: 4,
    text: '          - path: /',
  });
  assert.equal(locate('Ingress', 'shop/web')?.line, 7);
  assert.equal(locate('Ingress', 'shop/web', 'not a path')?.line, 7);
  assert.equal(locate('Ingress', 'shop/other'), undefined);
  assert.equal(locate('Deployment', 'shop/web'), undefined);
});

test('items of lists are found', async () => {
  const { locate } = await given(
    `{"apiVersion": "v1", "kind": "List", "items": [\n{"apiVersion": "v1", "kind": "Service",\n"metadata": {"name": "a"},\n"spec": {"ports": [{"port": 80}]}}]}`,
  );
  assert.deepEqual(locate('Service', 'default/a', 'spec.ports[0].port'), {
    file: 'stdin',
    line: 4,
    column: 29,
    width: 2,
    text: '"spec": {"ports": [{"port": 80}]}}]}',
  });
});

test('lines of a Secret are not shown', async () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {auth: "correct-horse"}\n';
  const { locate } = await given(secret);
  assert.deepEqual(locate('Secret', 'default/a', 'stringData.auth'), {
    file: 'stdin',
    line: 4,
    column: 20,
    width: 4,
    text: `${' '.repeat(19)}auth: [redacted]`,
  });
  const broken = await given(secret.replace('}', '}}'));
  assert.equal(broken.locate('File', 'stdin')?.text, '[redacted]');
});

test('a file, a folder and standard input are read once', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'naru-read-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'a.yaml'), ingressYaml('web'));
  writeFileSync(join(dir, 'b.json'), '{');
  const whole = await readFolder(dir);
  assert.deepEqual(whole.events.map(print).slice(0, 3), ['upsert Ingress shop/web', 'problems b.json NR101', 'synced Ingress']);
  const file = await readFolder(join(dir, 'a.yaml'));
  assert.deepEqual(file.events.map(print).slice(0, 2), ['upsert Ingress shop/web', 'synced Ingress']);
  await assert.rejects(readFolder(join(dir, 'c.yaml')), /There is no file or folder .*c\.yaml\./);
});

async function complaintAboutAnnotation(value: string): Promise<string> {
  const { events } = await given(ingressYaml('web').replace('  namespace:', `  annotations: { a: ${value} }\n  namespace:`));
  return events.flatMap((event) => (event.type === 'problems' ? event.problems.map(({ message }) => message) : [])).join();
}

test('values are understood as kubectl does', async () => {
  assert.equal(await complaintAboutAnnotation('on'), '"a" must be text, but it is true or false.');
  assert.equal(await complaintAboutAnnotation('0777'), '"a" must be text, but it is a number.');
  assert.equal(await complaintAboutAnnotation('12:30'), '');
  assert.equal(await complaintAboutAnnotation('2026-01-31T12:00:00Z'), '');
  const unresolved = 'Line 5, column 21, does not parse: Unresolved alias (the anchor must be set before the alias): nowhere.';
  assert.equal(await complaintAboutAnnotation('*nowhere'), unresolved);
});
