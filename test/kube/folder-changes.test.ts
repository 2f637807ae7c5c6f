// How editors, checkouts and the kubelet put files where others were.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Folder } from '../../src/kube/folder.ts';
import { ingressYaml } from './support/objects.ts';
import { print, Recorder } from './support/recorder.ts';
import { given, isDelete, isUpsert, watching, write } from './support/watched-folder.ts';

test('an editor that writes beside and renames sends one change', async (t) => {
  const { events, dir } = await given(t, { 'shop.yaml': ingressYaml('web') });
  write(dir, 'shop.yaml.tmp', ingressYaml('web', 'renamed.example.com'));
  renameSync(join(dir, 'shop.yaml.tmp'), join(dir, 'shop.yaml'));
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/web']);
});

test('an editor that moves the old file away before it writes the new one deletes nothing', async (t) => {
  const { events, dir, save } = await given(t, { 'shop.yaml': ingressYaml('web') });
  renameSync(join(dir, 'shop.yaml'), join(dir, 'shop.yaml~'));
  setTimeout(() => save('shop.yaml', ingressYaml('web', 'moved.example.com')), 20);
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/web']);
});

test('an editor that truncates and writes in pieces deletes nothing', async (t) => {
  const { events, dir } = await given(t, { 'shop.yaml': `${ingressYaml('web')}---\n${ingressYaml('api')}` });
  const path = join(dir, 'shop.yaml');
  truncateSync(path);
  setTimeout(() => appendFileSync(path, ingressYaml('web', 'pieces.example.com')), 20);
  setTimeout(() => appendFileSync(path, `---\n${ingressYaml('api')}`), 35);
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/web']);
});

test('a file that stays empty has no objects', async (t) => {
  const { events, dir } = await given(t, { 'shop.yaml': ingressYaml('web') });
  truncateSync(join(dir, 'shop.yaml'));
  assert.deepEqual((await events.until(isDelete)).map(print), ['delete Ingress shop/web']);
});

test('a new folder below is watched, and its removal deletes', async (t) => {
  const { events, dir, save } = await given(t, {});
  save('new/deep/shop.yaml', ingressYaml('web'));
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/web']);
  save('new/deep/shop.yaml', ingressYaml('web', 'changed.example.com'));
  assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/web']);
  rmSync(join(dir, 'new'), { recursive: true });
  assert.deepEqual((await events.until(isDelete)).map(print), ['delete Ingress shop/web']);
});

test('a ConfigMap that is swapped behind its links is read again', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'naru-configmap-'));
  write(dir, '..2026_01/shop.yaml', ingressYaml('web'));
  symlinkSync('..2026_01', join(dir, '..data'));
  symlinkSync('..data/shop.yaml', join(dir, 'shop.yaml'));
  const events = new Recorder(new Folder(dir, { pollMs: 60_000 }).events());
  t.after(() => {
    events.close();
    rmSync(dir, { recursive: true });
  });
  await events.synced();
  await watching(dir, events);
  for (const month of ['02', '03']) {
    write(dir, `..2026_${month}/shop.yaml`, ingressYaml('web', `m${month}.example.com`));
    symlinkSync(`..2026_${month}`, join(dir, '..data_tmp'));
    renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
    rmSync(join(dir, `..2026_0${Number(month) - 1}`), { recursive: true });
    assert.deepEqual((await events.until(isUpsert)).map(print), ['upsert Ingress shop/web']);
  }
  assert.deepEqual(events.problems(), []);
});
