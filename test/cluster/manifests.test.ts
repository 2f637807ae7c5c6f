// What manifests/ holds is asked of a real API server.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { type Built, find, kustomize, type PodSpec } from '../support/kustomize.ts';

const overlays = ['manifests/naru', ...readdirSync('manifests/overlays').map((name) => `manifests/overlays/${name}`)];
/** Whose pods take ports of their node, which the strictest of the Pod Security Standards forbids. */
const takesNodePorts = new Set(['manifests/naru', 'manifests/overlays/host-network']);

const workloads = [
  ['Deployment', 'naru'],
  ['DaemonSet', 'naru-envoy'],
] as const;

function podOf(built: readonly Built[], kind: string, name: string): PodSpec {
  const spec = find(built, kind, name).spec?.template?.spec;
  if (spec === undefined) throw new Error(`${kind} ${name} has no pods`);
  return spec;
}

describe('manifests', () => {
  let control: ControlPlane;
  let strict: string;

  before(async () => {
    control = await sharedControlPlane();
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    strict = await control.createNamespace('strict');
    await control.kubectl(['label', 'namespace', strict, 'pod-security.kubernetes.io/enforce=restricted']);
    await control.kubectl(['create', 'serviceaccount', 'naru', '--namespace', strict]);
  });

  /** Rejects with what the Pod Security Standards of a namespace have against the pods of a workload. */
  async function runIn(namespace: string, folder: string, kind: string, name: string): Promise<void> {
    const spec = podOf(await kustomize(folder), kind, name);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec };
    await control.kubectl(['create', '--dry-run=server', '--output=name', '-f', '-'], { input: JSON.stringify(pod) });
  }

  for (const folder of overlays) {
    test(`the API server accepts everything of ${folder}`, async () => {
      const flags = ['--server-side', '--dry-run=server', '--force-conflicts', '--validate=strict', '--output=name'];
      const accepted = await control.kubectl(['apply', ...flags, '-k', folder]);
      const built = await kustomize(folder);
      assert.equal(accepted.trim().split('\n').length, built.length);
      assert.ok(built.length > 12, String(built.length));
    });

    test(`pods of ${folder} are let in by the Pod Security Standard of their namespace`, async () => {
      const own = await control.createNamespace('own');
      const { labels = {} } = find(await kustomize(folder), 'Namespace', 'naru-system').metadata;
      await control.kubectl(['label', 'namespace', own, ...Object.entries(labels).map((label) => label.join('='))]);
      await control.kubectl(['create', 'serviceaccount', 'naru', '--namespace', own]);
      for (const [kind, name] of workloads) await runIn(own, folder, kind, name);
      assert.equal(labels['pod-security.kubernetes.io/enforce'], takesNodePorts.has(folder) ? 'privileged' : 'restricted');
    });

    test(`no pod of ${folder} has more than it needs`, async () => {
      const built = await kustomize(folder);
      const [naru, envoy] = workloads.map(([kind, name]) => podOf(built, kind, name));
      assert.deepEqual([naru?.automountServiceAccountToken, envoy?.automountServiceAccountToken], [true, false]);
      for (const pod of [naru, envoy]) {
        assert.equal(pod?.enableServiceLinks, false);
        const unlimited = pod.volumes.filter(
          ({ hostPath, emptyDir }) => hostPath !== undefined || (emptyDir && emptyDir.sizeLimit === undefined),
        );
        assert.deepEqual(unlimited, []);
        for (const { name, image, resources, securityContext } of [...(pod.initContainers ?? []), ...pod.containers]) {
          assert.equal(securityContext.readOnlyRootFilesystem, true, name);
          assert.ok(resources.requests !== undefined && resources.limits?.memory !== undefined, name);
          assert.match(image, /:[^:]*\d+\.\d+\.\d+$/, name);
        }
      }
    });

    test(`no pod of ${folder} has a right that it does not need`, async () => {
      await runIn(strict, folder, 'Deployment', 'naru');
      const envoy = runIn(strict, folder, 'DaemonSet', 'naru-envoy');
      if (takesNodePorts.has(folder))
        await assert.rejects(envoy, (error: Error) => {
          const objections = /violates PodSecurity "restricted:latest": (.*)$/s.exec(error.message)?.[1] ?? '';
          assert.match(objections, /^(host namespaces \(hostNetwork=true\), )?hostPort \([^)]*\)(, probe or lifecycle host \([^)]*\))?$/);
          return true;
        });
      else await envoy;
    });
  }
});
