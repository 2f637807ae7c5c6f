// What manifests/ holds is asked of a real API server.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { find, kustomize } from '../support/kustomize.ts';

const overlays = ['manifests/naru', ...readdirSync('manifests/overlays').map((name) => `manifests/overlays/${name}`)];
/** Whose pods take ports of their node, which the strictest of the Pod Security Standards forbids. */
const takesNodePorts = new Set(['manifests/naru', 'manifests/overlays/host-network']);

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

  /** Rejects with what the Pod Security Standards have against the pods of a workload. */
  async function runStrictly(folder: string, kind: string, name: string): Promise<void> {
    const spec = find(await kustomize(folder), kind, name).spec?.template?.spec;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: strict }, spec };
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

    test(`no pod of ${folder} has a right that it does not need`, async () => {
      await runStrictly(folder, 'Deployment', 'naru');
      const envoy = runStrictly(folder, 'DaemonSet', 'naru-envoy');
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
