import type { KubeEvent } from '../kube/event.ts';
import { byDefault } from '../model/source.ts';
import type { CausingObject, Change } from '../snapshot/snapshot.ts';
import type { Quarantined } from '../xds/quarantine/quarantine.ts';

/** What led to a snapshot. */
export interface Cause {
  /** In a few words: `shop.yaml`, or `Ingress shop/web changed by kubectl-client-side-apply and 2 more`. */
  readonly text: string;
  /** The first of the objects that changed. */
  readonly objects: readonly CausingObject[];
  readonly objectCount: number;
}

type ObjectEvent = KubeEvent & { readonly type: 'upsert' | 'delete' };

/** About the object of an event. */
export interface Before {
  /** Whether there was one before the batch. */
  readonly known: (event: ObjectEvent) => boolean;
  /** Whether the batch has changed it. */
  readonly changed: (event: ObjectEvent) => boolean;
}

const objectsNamed = 20;

/** What made a batch. */
export function causeOf(events: readonly KubeEvent[], { known, changed }: Before): Cause {
  const last = new Map<string, ObjectEvent>();
  for (const event of events) if ((event.type === 'upsert' || event.type === 'delete') && changed(event)) last.set(objectId(event), event);
  const objects = [...last.values()].map((event) => describeObject(event, known));
  const files = [...last.values()].map(({ cause }) => cause);
  const [first, ...others] = new Set(objects.map((object, index) => files[index] ?? printObject(object)));
  const text = first === undefined ? 'start' : others.length === 0 ? first : `${first} and ${others.length} more`;
  return { text, objects: objects.slice(0, objectsNamed), objectCount: objects.length };
}

/** What Envoys say of what was made of objects. */
export function causeOfRefusals(text: string, rows: readonly Quarantined[]): Cause {
  const objects = rows.flatMap(({ refusal }): readonly CausingObject[] =>
    (refusal?.sources ?? []).flatMap(({ kind, namespace, name }) =>
      refusal === undefined || kind === byDefault.kind
        ? []
        : [{ kind, namespace, name, verb: 'refused', by: refusal.proxy, at: refusal.since }],
    ),
  );
  const distinct = [...new Map(objects.map((object) => [printObject(object), object])).values()];
  return { text, objects: distinct.slice(0, objectsNamed), objectCount: distinct.length };
}

/** A cause that no object's change is. */
export function otherCause(text: string): Cause {
  return { text, objects: [], objectCount: 0 };
}

/** Tells objects of all kinds apart. */
export function objectId({ kind, key }: ObjectEvent): string {
  return `${kind} ${key}`;
}

function describeObject(event: ObjectEvent, known: Before['known']): CausingObject {
  const slash = event.key.indexOf('/');
  const verb = event.type === 'delete' ? 'deleted' : known(event) ? 'changed' : 'added';
  const by = event.type === 'upsert' ? event.by : undefined;
  return {
    kind: event.kind,
    namespace: slash < 0 ? '' : event.key.slice(0, slash),
    name: event.key.slice(slash + 1),
    verb,
    ...(by === undefined ? {} : { by: by.manager, at: by.at }),
  };
}

function printObject({ kind, namespace, name, verb, by }: CausingObject): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name} ${verb}${by === undefined ? '' : ` by ${by}`}`;
}

/** A changed thing that users know by name. */
export interface Difference {
  readonly verb: '+' | '-' | '~';
  readonly what: string;
}

const singular = {
  ...{ clusters: 'cluster', endpoints: 'endpoints of', secrets: 'certificate', extensions: 'connection manager', listeners: 'listener' },
} as const;

/** Says what a snapshot changes: hosts instead of the scopes that they are in. */
export function summarise(hosts: readonly Difference[], changes: readonly Change[]): string {
  const others = changes.flatMap(({ type, name, before, after }): Difference[] => {
    if (type === 'scopes' || type === 'routes') return [];
    // A new or a removed cluster says as much of its endpoints.
    if (type === 'endpoints' && (before === undefined || after === undefined)) return [];
    return [{ verb: before === undefined ? '+' : after === undefined ? '-' : '~', what: `${singular[type]} ${name}` }];
  });
  const all = [...hosts, ...others].map(({ verb, what }) => `${verb}${what}`);
  const shown = all.slice(0, 6).join(', ');
  return all.length > 6 ? `${shown} and ${all.length - 6} more` : shown;
}
