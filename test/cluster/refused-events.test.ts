// An Envoy refuses what one Ingress became: its owner is told so at once, and when it is over.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Served } from '../support/serve.ts';
import { refusedHost, strictEnvoy } from '../support/strict-envoy.ts';

interface Told {
  readonly reason: string;
  readonly note: string;
  readonly eventTime: string;
}

function ingress(name: string, host: string): string {
  const backend = { service: { name: 'missing', port: { number: 80 } } };
  const spec = { ingressClassName: 'naru', rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] };
  return JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec });
}

describe('Events of an Ingress that an Envoy refuses', () => {
  let control: ControlPlane;
  let namespace: string;
  let naru: Served;
  let strict: Awaited<ReturnType<typeof strictEnvoy>>;

  const apply = (...objects: readonly string[]): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input: objects.join('\n---\n') });
  async function told(name: string): Promise<readonly Told[]> {
    const selector = `regarding.kind=Ingress,regarding.name=${name}`;
    const output = ['--namespace', namespace, 'get', 'events.v1.events.k8s.io', '--field-selector', selector, '--output', 'json'];
    const { items } = JSON.parse(await control.kubectl(output)) as { readonly items: readonly Told[] };
    return items.filter(({ reason }) => reason !== 'NR501');
  }
  const untilTold = (name: string, reason: string): Promise<Told> =>
    eventually(`${reason} of ${name}`, async () => (await told(name)).find((event) => event.reason === reason));

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('refused');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    strict = await strictEnvoy();
    naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'), ['--watch-namespace', namespace], {
      binary: strict.path,
    });
    await naru.accepted(0);
    await eventually('it leads', async () => ((await naru.metric('naru_leader')) === 1 ? true : undefined));
  });

  after(async () => {
    await naru?.stop();
    strict?.remove();
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  test('it is told within a second, and nobody else; when it is mended, that it is served', async (t) => {
    await apply(ingress('bad', refusedHost), ingress('good', 'good.test'));
    const { note, eventTime } = await untilTold('bad', 'NR701');
    assert.match(note, /^Envoy node-1 refused host \*\.bbb\S*: .*program size.*The host is not served\. Change what Envoy names: /s);
    const refusedAt = /"time":"([^"]+)"[^\n]*an Envoy refused a resource/.exec(naru.log)?.[1] ?? '';
    const lateMs = Date.parse(eventTime) - Date.parse(refusedAt);
    t.diagnostic(`${lateMs} ms after the refusal`);
    assert.ok(lateMs < 1000, `${lateMs} ms`);
    await untilTold('good', 'Effective');
    assert.equal((await naru.get('http://good.test/')).status, 503);
    assert.deepEqual(
      (await told('bad')).map(({ reason }) => reason),
      ['NR701'],
    );
    assert.deepEqual(
      (await told('good')).map(({ reason }) => reason),
      ['Effective'],
    );
    await apply(ingress('bad', '*.c.test'));
    await untilTold('bad', 'Effective');
    assert.equal((await naru.get('http://x.c.test/')).status, 503);
  });
});
