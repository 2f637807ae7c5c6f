import { connect, type Connection } from '../../src/kube/connection.ts';
import type { ControlPlane } from './control-plane.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A new ServiceAccount with these rights and no others, everywhere or (`in`) in one namespace. */
export async function accountWith(
  control: ControlPlane,
  { rules, in: place }: { readonly rules: readonly Rule[]; readonly in?: string },
): Promise<{ readonly connection: Connection; readonly kubeconfig: string }> {
  const namespace = await control.createNamespace('account');
  const group = '/apis/rbac.authorization.k8s.io/v1';
  const within = place === undefined ? '' : `/namespaces/${place}`;
  const kind = place === undefined ? 'ClusterRole' : 'Role';
  await control.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'naru' } });
  await control.call('POST', `${group}${within}/${kind.toLowerCase()}s`, { metadata: { name: namespace }, rules });
  await control.call('POST', `${group}${within}/${kind.toLowerCase()}bindings`, {
    metadata: { name: namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: namespace },
    subjects: [{ kind: 'ServiceAccount', name: 'naru', namespace }],
  });
  const kubeconfig = await control.kubeconfigFor(namespace, 'naru');
  return { connection: await connect({ kubeconfig }), kubeconfig };
}
