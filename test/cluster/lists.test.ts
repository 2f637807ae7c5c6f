// How a kind is listed depends on what the API server can do; what is heard does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../src/kube/connection.ts';
import { watchKind } from '../../src/kube/watch.ts';
import { print, Recorder } from '../kube/support/recorder.ts';
import { ApiProxy, type Stage } from '../support/api-proxy.ts';
import { sharedControlPlane } from '../support/cluster.ts';

const service = { spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] } };

async function heardThrough(kubeconfig: string, server: string): Promise<{ readonly heard: readonly string[]; readonly stages: Stage[] }> {
  const control = await sharedControlPlane();
  const namespace = await control.createNamespace('lists');
  const services = `/api/v1/namespaces/${namespace}/services`;
  for (const name of ['a', 'b', 'c']) await control.call('POST', services, { metadata: { name }, ...service });
  await using proxy = await ApiProxy.start(server);
  const events = new Recorder(
    watchKind(await connect({ kubeconfig: await proxy.kubeconfig(kubeconfig) }), 'Service', { namespace, pageSize: 2 }),
  );
  await events.until(({ type }) => type === 'synced', 20_000);
  await control.call('POST', services, { metadata: { name: 'd' }, ...service });
  await control.call('DELETE', `${services}/a`);
  await events.until(({ type }) => type === 'delete', 20_000);
  events.close();
  return { heard: events.all.map((event) => print(event).replace(namespace, 'lists')), stages: proxy.stages };
}

const expected = [
  ...['a', 'b', 'c'].map((name) => `upsert Service lists/${name}`),
  'synced Service',
  'upsert Service lists/d',
  'delete Service lists/a',
];

test('an API server with streaming lists gives list and watch in one', async () => {
  const control = await sharedControlPlane();
  const { heard, stages } = await heardThrough(control.kubeconfig, control.server);
  assert.deepEqual(heard, expected);
  assert.deepEqual(stages, ['streaming list']);
});

test('an API server whose streaming lists are turned off is listed in pages', async () => {
  const control = await sharedControlPlane();
  const { kubeconfig, server } = await control.addServer('--feature-gates=WatchList=false');
  const { heard, stages } = await heardThrough(kubeconfig, server);
  assert.deepEqual(heard, expected);
  assert.deepEqual(stages, ['streaming list', 'first page', 'next page', 'watch']);
});
