// Which Secrets are held, for each way to read them, with the rights that the manifests give and no others.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ClusterOptions, watchCluster } from '../../src/kube/cluster.ts';
import type { SecretAccess } from '../../src/kube/secrets/secret-holder.ts';
import { Recorder } from '../kube/support/recorder.ts';
import { accountWith } from '../support/account.ts';
import { certificateFor } from '../support/certificates.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { clusterRules } from '../support/rules.ts';

const everything = clusterRules('manifests/naru/rbac.yaml', 'manifests/naru/secrets.yaml');
const byName = clusterRules('manifests/naru/rbac.yaml', 'manifests/secrets-by-name/secrets.yaml');

interface Way {
  readonly access: SecretAccess;
  readonly rules: typeof everything;
  /** Held besides what is named. */
  readonly more: readonly string[];
  readonly options?: (namespace: string) => ClusterOptions;
}

const ways: Readonly<Record<string, Way>> = {
  watch: { access: 'watch', rules: everything, more: ['unnamed-tls'] },
  metadata: { access: 'metadata', rules: everything, more: [] },
  'get, with the role that allows nothing else': { access: 'get', rules: byName, more: [] },
  'watch in one namespace': {
    access: 'watch',
    rules: everything,
    more: ['unnamed-tls'],
    options: (namespace) => ({ namespace }),
  },
};

describe('Secrets that are held', () => {
  let control: ControlPlane;
  let tls: Readonly<Record<string, string>>;

  before(async () => {
    control = await sharedControlPlane();
    const { chain, privateKey } = await certificateFor(['shop.example.com']);
    tls = { 'tls.crt': Buffer.from(chain).toString('base64'), 'tls.key': Buffer.from(privateKey).toString('base64') };
  });
  after(async () => {
    await control.kubectl(['delete', 'ingress', '--all-namespaces', '--selector', 'test=secret-access']);
  });

  for (const [name, { access, rules, more, options }] of Object.entries(ways)) {
    test(name, async () => {
      const namespace = await control.createNamespace('secrets');
      const core = `/api/v1/namespaces/${namespace}/secrets`;
      const ingresses = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
      const users = (list: string): object => ({ data: { auth: Buffer.from(list).toString('base64') } });
      for (const secret of ['web-tls', 'unnamed-tls'])
        await control.call('POST', core, { metadata: { name: secret }, type: 'kubernetes.io/tls', data: tls });
      for (const secret of ['users', 'more-users', 'strangers'])
        await control.call('POST', core, { metadata: { name: secret }, ...users('one') });
      await control.call('POST', ingresses, ingress('users', 'web-tls'));

      const { connection } = await accountWith(control, { rules });
      const troubles: string[] = [];
      const events = new Recorder(
        watchCluster(connection, {
          secretAccess: access,
          secretsEveryMs: 30,
          onTrouble: (_, sentence) => void troubles.push(sentence),
          ...options?.(namespace),
        }),
      );
      const held = (): readonly string[] =>
        [...events.objects().values()]
          .flatMap(({ kind, metadata }) => (kind === 'Secret' && metadata.namespace === namespace ? [metadata.name] : []))
          .sort();
      const holds = async (...names: readonly string[]): Promise<void> => {
        const expected = [...names, ...more].sort().join();
        await events
          .reaches(() => held().join() === expected, 20_000)
          .catch((error: unknown) => {
            throw new Error(`${held().join()} instead of ${expected}; ${troubles.join(' ')}`, { cause: error });
          });
      };
      await events.reaches(() => events.all.some((event) => event.type === 'synced' && event.kind === 'Secret'), 20_000);
      // What is named is there at the first moment.
      assert.deepEqual(held(), ['users', 'web-tls', ...more].sort());

      await control.call('PATCH', `${ingresses}/web`, ingress('more-users', 'web-tls'));
      await holds('more-users', 'web-tls');
      await control.call('PATCH', `${core}/more-users`, users('two'));
      await events.reaches(() => {
        const secret = events.objects().get(`Secret ${namespace}/more-users`);
        return secret?.kind === 'Secret' && secret.data['auth']?.toString() === 'two';
      }, 20_000);
      await control.call('DELETE', `${core}/more-users`);
      await holds('web-tls');
      await control.call('POST', core, { metadata: { name: 'more-users' }, ...users('three') });
      await holds('more-users', 'web-tls');
      await control.call('DELETE', `${ingresses}/web`);
      if (access === 'watch') await holds('web-tls');
      else await holds();
      events.close();
      assert.deepEqual(troubles, []);
    });
  }

  test('the role for get lets nobody list or watch them', async () => {
    const { kubeconfig } = await accountWith(control, { rules: byName });
    await assert.rejects(control.kubectl(['get', 'secrets', '--all-namespaces'], { kubeconfig }), /cannot list resource "secrets"/);
    await assert.rejects(
      control.kubectl(['get', '--raw', '/api/v1/secrets?watch=true'], { kubeconfig }),
      /cannot watch resource "secrets"/,
    );
  });

  test('a Secret that may not be read does not hold up the rest, and is asked for again', async () => {
    const namespace = await control.createNamespace('secrets');
    await control.call('POST', `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, ingress('users', 'web-tls'));
    const rules = clusterRules('manifests/naru/rbac.yaml');
    const { connection } = await accountWith(control, { rules });
    const troubles: string[] = [];
    const events = new Recorder(
      watchCluster(connection, {
        secretAccess: 'get',
        timing: { slowDelayMs: 10 },
        namespace,
        onTrouble: (_, sentence) => void troubles.push(sentence),
      }),
    );
    await events.reaches(() => events.all.some((event) => event.type === 'synced' && event.kind === 'Secret'), 20_000);
    await events.reaches(() => troubles.filter((one) => one.startsWith(`Secret ${namespace}/users:`)).length > 1, 20_000);
    events.close();
    assert.match(troubles[0] ?? '', /answered 403.*Naru's role needs the verb get for this Secret\.$/);
  });
});

function ingress(authSecret: string, tlsSecret: string): object {
  const annotations = { 'nginx.ingress.kubernetes.io/auth-type': 'basic', 'nginx.ingress.kubernetes.io/auth-secret': authSecret };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return {
    metadata: { name: 'web', annotations, labels: { test: 'secret-access' } },
    spec: { ingressClassName: 'nobody', tls: [{ hosts: ['shop.example.com'], secretName: tlsSecret }], defaultBackend: backend },
  };
}
