import { type KubeEvent, upsertOf } from '../kube/event.ts';

/** What `withBuiltInClass` does, for objects that are read once. A file of its own, because commands that read once start faster without RxJS. */
export function addBuiltInClass(events: readonly KubeEvent[], name: string, controller: string): readonly KubeEvent[] {
  if (events.some((event) => event.type === 'upsert' && event.kind === 'IngressClass')) return events;
  return [upsertOf(builtInClass(name, controller)), ...events];
}

/** The class that a folder without any has. */
export function builtInClass(name: string, controller: string) {
  return {
    kind: 'IngressClass' as const,
    metadata: { name, namespace: '', labels: {}, annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    spec: { controller },
  };
}
