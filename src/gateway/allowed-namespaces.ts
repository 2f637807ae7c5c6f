import type { AllowedNamespaces } from '../kube/gateway-objects.ts';
import type { Read } from '../store/derived-table.ts';
import type { World } from '../store/world.ts';
import { selects } from './label-selection.ts';

/** Set by Kubernetes itself. A folder may hold objects of a Namespace that it does not hold. */
const nameLabel = 'kubernetes.io/metadata.name';

/** Whether objects of `namespace` may attach to one of `own`. */
export function allowsNamespace({ from, selector }: AllowedNamespaces, own: string, namespace: string, read: Read, world: World): boolean {
  switch (from) {
    case 'All':
      return true;
    case 'None':
      return false;
    case 'Same':
      return namespace === own;
    case 'Selector':
      return selects(selector ?? {}, { [nameLabel]: namespace, ...read.get(world.objects.Namespace, namespace)?.metadata.labels });
  }
}
