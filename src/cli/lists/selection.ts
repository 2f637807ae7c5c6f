import type { ObjectName } from '../../debug/view.ts';
import type { KubeEvent } from '../../kube/event.ts';
import { labelSelector } from '../../kube/label-selector.ts';
import { UsageError } from '../usage-error.ts';
import { ask } from '../live/ask.ts';
import type { Asked } from '../live/replica.ts';

/** Which objects a list is about, by kubectl's flags. */
export interface Selection {
  readonly namespace?: string;
  /** Whatever `namespace` says. */
  readonly allNamespaces?: boolean;
  /** Labels, as in `app=web`. */
  readonly selector?: string;
}

/** Whether an object is among those that were asked for. */
export type IsSelected = (object: ObjectName) => boolean;

/** By a running Naru, which knows the labels. */
export async function selectedByServer(selection: Selection & Asked): Promise<IsSelected> {
  const { selector, server } = selection;
  if (selector === undefined) return inNamespace(selection);
  const query = new URLSearchParams({ selector }).toString();
  const { objects } = await ask<{ readonly objects: readonly ObjectName[] }>(server[0], `/debug/objects?${query}`);
  return among(objects, selection);
}

/** By what was read of files. */
export function selectedByFiles(selection: Selection, events: readonly KubeEvent[]): IsSelected {
  const { selector } = selection;
  if (selector === undefined) return inNamespace(selection);
  const selects = labelSelector(selector);
  if (selects === undefined) throw new UsageError(`${selector} is no label selector. Write it as in app=web,tier!=test.`);
  const objects = events.flatMap((event) =>
    event.type === 'upsert' && selects(event.object.metadata.labels) ? [{ ...event.object.metadata, kind: event.kind }] : [],
  );
  return among(objects, selection);
}

function among(objects: readonly ObjectName[], selection: Selection): IsSelected {
  const keys = new Set(objects.map(keyOf));
  const inside = inNamespace(selection);
  return (object) => keys.has(keyOf(object)) && inside(object);
}

function inNamespace({ namespace, allNamespaces }: Selection): IsSelected {
  return (object) => namespace === undefined || allNamespaces === true || object.namespace === namespace;
}

function keyOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace}/${name}`;
}
