import type { Problem } from '../../model/problem.ts';
import { DerivedTable, type Read, type OnFailure } from '../../store/derived-table.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import { oldestFirst } from '../age.ts';
import { type BackendLookup, lookUp } from '../backends/backend-lookup.ts';
import type { CanaryDraft } from './canary-split.ts';
import { groupCanaries, takePaths } from '../paths/host-paths.ts';
import type { IngressRow } from '../ingress-row.ts';
import type { Compatibility } from '../options.ts';
import { readsExpressions } from '../paths/rewriting.ts';

/** By the upstream of the primary, the canaries that share its requests. */
type Attached = ReadonlyMap<Key, readonly CanaryDraft[]>;

export interface ServiceCanarySources {
  readonly hosts: Table<readonly Key[]>;
  /** The Ingresses of a host, the oldest first. */
  readonly rowsOf: (members: readonly Key[], read: Read) => readonly IngressRow[];
  readonly lookupFor: (read: Read) => BackendLookup;
  readonly compatibility: Compatibility;
  readonly onFailure: OnFailure;
}

/**
 * Canaries as ingress-nginx attaches them: to the Service of their primary, so that they act on every host and path that uses it
 * (mergeAlternativeBackends in its controller.go). Empty unless that is asked for.
 */
export class ServiceCanaries {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly #attached: Table<Attached>;
  readonly #hostsOf: Table<readonly Key[]>;
  readonly #compatibility: Compatibility;

  constructor({ hosts, rowsOf, lookupFor, compatibility, onFailure }: ServiceCanarySources) {
    const attached = new DerivedTable<readonly Key[], Attached>({
      name: 'attached canaries',
      input: hosts,
      compute: (members, read, hostname) =>
        compatibility === 'nginx' ? attachedCanaries(hostname, rowsOf(members, read), lookupFor(read)) : undefined,
      onFailure: (key, error) => onFailure(`attached canaries ${key}`, error),
    });
    const hostsOf = new IndexTable('canaries of Services', attached, (row) => row.keys());
    this.#attached = attached;
    this.#hostsOf = hostsOf;
    this.#compatibility = compatibility;
    this.tables = [attached, hostsOf];
  }

  /** Those of a Service's port, each once and the oldest first; undefined: canaries keep to their host and path. */
  of(upstream: Key, read: Read): readonly CanaryDraft[] | undefined {
    if (this.#compatibility !== 'nginx') return undefined;
    const drafts = (read.get(this.#hostsOf, upstream) ?? []).flatMap((host) => read.get(this.#attached, host)?.get(upstream) ?? []);
    const first = new Map<Key, CanaryDraft>();
    for (const canary of drafts) {
      const { namespace, name } = canary.draft.row.metadata;
      if (!first.has(`${namespace}/${name}`)) first.set(`${namespace}/${name}`, canary);
    }
    const sortable = [...first.values()].map((canary) => ({ canary, metadata: canary.draft.row.metadata }));
    return oldestFirst(sortable, this.#compatibility).map(({ canary }) => canary);
  }
}

function attachedCanaries(hostname: string, rows: readonly IngressRow[], lookup: BackendLookup): Attached | undefined {
  if (!rows.some(({ policies }) => policies.canary !== undefined)) return undefined;
  const primaries = rows.filter(({ policies }) => policies.canary === undefined);
  const expressions = readsExpressions(hostname, primaries);
  const unheard: Problem[] = [];
  const drafts = takePaths(hostname, primaries, expressions, unheard);
  const attached = new Map<Key, readonly CanaryDraft[]>();
  for (const [key, canaries] of groupCanaries(hostname, rows, expressions, lookup)) {
    const draft = drafts.get(key);
    const backend = draft && lookUp(draft.row.metadata.namespace, draft.backend, lookup);
    if (backend?.ok !== true) continue;
    const real = canaries.filter((canary) => !canary.backend.ok || canary.backend.upstream !== backend.upstream);
    attached.set(backend.upstream, [...(attached.get(backend.upstream) ?? []), ...real]);
  }
  return attached;
}
