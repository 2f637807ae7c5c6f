import type { ObjectName } from '../debug/view.ts';
import { kindNames } from '../kube/kinds.ts';
import { labelSelector } from '../kube/label-selector.ts';
import type { World } from '../store/world.ts';

/** The objects that are known and have such labels, in kubectl's syntax; undefined where that is not a selector. Empty: all. */
export function selectedObjects({ objects }: World, selector: string): readonly ObjectName[] | undefined {
  const selects = selector === '' ? () => true : labelSelector(selector);
  if (selects === undefined) return undefined;
  return kindNames.flatMap((kind) =>
    [...objects[kind].keys()].flatMap((key) => {
      const { namespace, name, labels } = objects[kind].get(key)?.metadata ?? { namespace: '', name: '' };
      return labels !== undefined && selects(labels) ? [{ kind, namespace, name }] : [];
    }),
  );
}
