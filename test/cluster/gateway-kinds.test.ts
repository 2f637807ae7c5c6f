// The kinds of the Gateway API, as its release defines them, come and go while a cluster is watched.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { watchCluster } from '../../src/kube/cluster.ts';
import { connect } from '../../src/kube/connection.ts';
import { kindNames, kinds } from '../../src/kube/kinds.ts';
import { Recorder } from '../kube/support/recorder.ts';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { installGatewayApi, removeGatewayApi } from '../support/gateway-definitions.ts';

const group = 'gateway.networking.k8s.io';
const ours = kindNames.filter((kind) => kinds[kind].apiVersion.startsWith(group));
/** A kind that is not there is not asked for again by itself for a long time: it is found because the server says what it has. */
const timing = { minDelayMs: 2, maxDelayMs: 20, slowDelayMs: 600_000, discoveryMs: 100, shortWatchMs: 0 };

const backendRefs = [{ name: 'web', port: 80 }];
const parentRefs = [{ name: 'web' }];
const specs: Readonly<Record<string, object>> = {
  GatewayClass: { controllerName: 'naru.io/gateway-controller' },
  Gateway: { gatewayClassName: 'naru', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  ListenerSet: { parentRef: { name: 'web' }, listeners: [{ name: 'http', port: 81, protocol: 'HTTP' }] },
  HTTPRoute: { parentRefs, rules: [{ backendRefs }] },
  GRPCRoute: { parentRefs, rules: [{ backendRefs }] },
  TLSRoute: { parentRefs, hostnames: ['web.example.com'], rules: [{ backendRefs }] },
  TCPRoute: { parentRefs, rules: [{ backendRefs }] },
  UDPRoute: { parentRefs, rules: [{ backendRefs }] },
  ReferenceGrant: { from: [{ group, kind: 'HTTPRoute', namespace: 'default' }], to: [{ group: '', kind: 'Service' }] },
  BackendTLSPolicy: {
    targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
    validation: { hostname: 'web.example.com', wellKnownCACertificates: 'System' },
  },
};

describe('the kinds of the Gateway API', () => {
  let control: ControlPlane;
  before(async () => {
    control = await startControlPlane();
  });
  after(() => control?.stop());

  async function create(name: string): Promise<void> {
    for (const kind of ours) {
      const { path, namespaced, apiVersion } = kinds[kind];
      const collection = namespaced ? path.replace(/\/([^/]+)$/, '/namespaces/default/$1') : path;
      await control.call('POST', collection, { apiVersion, kind, metadata: { name }, spec: specs[kind] });
    }
  }

  for (const channel of ['standard', 'experimental'] as const) {
    test(`of the ${channel} channel are read as they come, and forgotten as they go`, async () => {
      const events = new Recorder(watchCluster(await connect({ kubeconfig: control.kubeconfig }), { timing }));
      await events.reaches(
        () =>
          kindNames.every(
            (kind) => kinds[kind].byName === true || events.all.some((event) => event.type === 'synced' && event.kind === kind),
          ),
        20_000,
      );

      const installed = await installGatewayApi(control, channel);
      await create('web');
      const heard = () => [...new Set([...events.objects().values()].map(({ kind }) => kind))].filter((kind) => ours.includes(kind)).sort();
      await events.reaches(() => heard().length === ours.length, 20_000);
      assert.deepEqual(events.problems(), []);

      await removeGatewayApi(control, installed);
      await events.reaches(() => heard().length === 0, 20_000);
      events.close();
      assert.deepEqual(events.failures, []);
    });
  }
});
