import { Observable } from 'rxjs';
import type { KubeEvent, ObjectKey } from './event.ts';
import { kindNames, kinds } from './kinds.ts';
import type { KubeObject } from './objects.ts';

const naming = kindNames.filter((kind) => kinds[kind].configMapsNamed !== undefined);

/** All ConfigMaps that objects name, whenever they change; first when every kind that names some has been listed. */
export function namedConfigMaps(events: Observable<KubeEvent>): Observable<readonly ObjectKey[]> {
  return new Observable((subscriber) => {
    const byObject = new Map<string, readonly ObjectKey[]>();
    const waitingFor = new Set(naming);
    let told: string | undefined;
    const tell = (): void => {
      if (waitingFor.size > 0) return;
      const all = [...new Set([...byObject.values()].flat())].sort();
      if (told === all.join(' ')) return;
      told = all.join(' ');
      subscriber.next(all);
    };
    return events.subscribe({
      next: (event) => {
        if (event.type === 'synced') waitingFor.delete(event.kind);
        else if (event.type === 'upsert' || event.type === 'delete') {
          const id = `${event.kind} ${event.key}`;
          const after = event.type === 'upsert' ? mapsNamedBy(event.object) : [];
          if (after.length === 0 && !byObject.delete(id)) return;
          if (after.length > 0) byObject.set(id, after);
        } else return;
        tell();
      },
      error: (error: unknown) => subscriber.error(error),
    });
  });
}

function mapsNamedBy(object: KubeObject): readonly ObjectKey[] {
  const row = kinds[object.kind] as { readonly configMapsNamed?: (named: KubeObject) => readonly ObjectKey[] };
  return row.configMapsNamed?.(object) ?? [];
}
