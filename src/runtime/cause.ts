import type { KubeEvent } from '../kube/event.ts';
import type { Change } from '../snapshot/snapshot.ts';

/** What made a batch, in a few words: `shop.yaml`, or `Ingress shop/web changed and 2 more`. */
export function describeCause(events: readonly KubeEvent[]): string {
  const causes = [...new Set(events.flatMap((event) => (event.type === 'upsert' || event.type === 'delete' ? [describe(event)] : [])))];
  const [first, ...others] = causes;
  if (first === undefined) return 'start';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function describe(event: KubeEvent & { readonly type: 'upsert' | 'delete' }): string {
  return event.cause ?? `${event.kind} ${event.key} ${event.type === 'upsert' ? 'changed' : 'deleted'}`;
}

/** A changed thing that users know by name. */
export interface Difference {
  readonly verb: '+' | '-' | '~';
  readonly what: string;
}

const singular = { clusters: 'cluster', endpoints: 'endpoints of', secrets: 'certificate', listeners: 'listener' } as const;

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
