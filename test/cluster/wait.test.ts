// `naru wait` in a script that applies an object: with a real API server and a real Envoy.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { NaruProcess } from '../cli/naru-process.ts';
import { ClusterApp, clusterIngress } from '../support/cluster-app.ts';
import { Served } from '../support/serve.ts';
import { refusedHost, strictEnvoy } from '../support/strict-envoy.ts';

describe('naru wait', () => {
  let app: ClusterApp;
  let naru: Served;
  let strict: Awaited<ReturnType<typeof strictEnvoy>>;

  before(async () => {
    app = await ClusterApp.open('wait');
    strict = await strictEnvoy();
    naru = await Served.start(app.kubeconfig, ['--watch-namespace', app.namespace], { binary: strict.path });
    await naru.accepted(0);
  });

  after(async () => {
    await naru?.stop();
    strict?.remove();
    await app?.close();
  });

  async function wait(t: TestContext, object: string, ...more: readonly string[]) {
    const flags = ['-n', app.namespace, '--kubeconfig', app.control.kubeconfig, '--server', `http://127.0.0.1:${naru.ports.debug}`];
    const process = NaruProcess.start(t, ['wait', object, ...flags, ...more]);
    return { code: await process.ended(), output: process.output, errors: process.errors };
  }

  test('what was applied is served when it returns, and the snapshot knows who applied it', async (t) => {
    for (const path of ['/one', '/two']) {
      await app.apply(clusterIngress('steps', { annotations: { 'nginx.ingress.kubernetes.io/app-root': path } }));
      const { code, output, errors } = await wait(t, 'ingress/steps');
      assert.deepEqual([code, errors], [0, ''], errors);
      assert.match(output, /^Ingress \S+\/steps is accepted by the one Envoy \(v\d+\)\.\n$/);
      const { headers } = await naru.get('http://steps.example.com/');
      assert.equal(new URL(headers.location ?? '').pathname, path);
    }
    const { fleets } = (await naru.debug('/debug/snapshots')) as { fleets: readonly { history: readonly { cause: string }[] }[] };
    const causes = fleets[0]?.history.map(({ cause }) => cause) ?? [];
    const verbs = causes.flatMap((cause) => /^Ingress \S+\/steps (\w+) by kubectl-client-side-apply$/.exec(cause)?.[1] ?? []);
    assert.deepEqual(verbs, ['changed', 'added'], causes.join('\n'));
  });

  test('an object that an Envoy refuses, one of another class, and one that is not there', async (t) => {
    const bad = clusterIngress('bad') as { spec: { rules: { host: string }[] } };
    for (const rule of bad.spec.rules) rule.host = refusedHost;
    await app.apply(bad, clusterIngress('foreign', { className: 'other' }));
    const refused = await wait(t, 'ingress/bad');
    assert.equal(refused.code, 4);
    assert.match(
      refused.errors,
      /^NR701 Envoy node-1 refuses what Ingress \S+\/bad became: .*program size.*\nThe host is not served\.\n$/s,
    );
    const foreign = await wait(t, 'ingress/foreign');
    assert.equal(foreign.code, 1);
    assert.match(foreign.errors, /foreign is not served by this controller/);
    const absent = await wait(t, 'ingress/nowhere');
    assert.equal(absent.code, 1);
    assert.match(absent.errors, /^There is no Ingress \S+\/nowhere in the cluster\.\n$/);
  });

  test('check finds the rights that the manifests give, and whose are missing', async (t) => {
    const flags = ['check', '--pre', '--kubeconfig', app.kubeconfig];
    const allowed = NaruProcess.start(t, flags);
    assert.equal(await allowed.ended(), 0, allowed.output);
    assert.match(allowed.output, /ok {3}API server v1\.\d+/);
    assert.match(allowed.output, /ok {3}ServiceAccount naru-system\/naru has (\d+) of \1 rights/);
    const stranger = NaruProcess.start(t, [...flags, '--service-account', 'naru-system/nobody']);
    assert.equal(await stranger.ended(), 1);
    assert.match(stranger.output, /FAIL ServiceAccount naru-system\/nobody lacks: list ingresses \(networking\.k8s\.io\); watch ingresses/);
  });

  test('an Envoy that does not answer is named', async (t) => {
    naru.signalEnvoy('SIGSTOP');
    try {
      await app.apply(clusterIngress('late'));
      const { code, errors } = await wait(t, 'ingress/late', '--timeout', '2s');
      assert.equal(code, 1);
      assert.match(
        errors,
        /^Not within 2 s:\nEnvoy node-1 runs v\d+; Ingress \S+\/late is in v\d+\. It has not answered yet what it was sent of /,
      );
    } finally {
      naru.signalEnvoy('SIGCONT');
    }
    assert.equal((await wait(t, 'ingress/late')).code, 0);
  });
});
