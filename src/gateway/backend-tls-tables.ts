import { oldestFirst } from '../ingress/age.ts';
import { objectKey } from '../kube/event.ts';
import type { BackendSecret } from '../model/backend-secret.ts';
import type { Read, OnFailure } from '../store/derived-table.ts';
import { deriving } from '../store/deriving.ts';
import { IndexTable } from '../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import type { World } from '../store/world.ts';
import { type BackendTlsRow, type BackendTlsText, readBackendTls } from './backend-tls.ts';
import { withoutStatus } from './gateway-tables.ts';

/** BackendTLSPolicies, and which of them is for which port of a Service. */
export class BackendTlsTables {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly rows: Table<BackendTlsRow>;
  readonly secrets: Table<BackendSecret>;
  /** `namespace/name` of a Service → policies that are for it. */
  readonly byService: Table<readonly Key[]>;

  constructor(world: World, onFailure: OnFailure) {
    const derive = deriving(onFailure);
    const texts = derive('backend TLS texts', world.objects.BackendTLSPolicy, (policy): BackendTlsText => withoutStatus(policy));
    const rows = derive('backend TLS', texts, (policy, read, key) =>
      readBackendTls(key, policy, { configMap: (map) => read.get(world.objects.ConfigMap, map), mayRefer: () => true }),
    );
    const byService = new IndexTable('policies by service', texts, (policy) => targetsOf(policy).map(({ service }) => service));
    const keys = new IndexTable('authorities of policies', rows, ({ authorities }) => (authorities === undefined ? [] : [authorities.key]));
    const secrets = derive('backend authorities', keys, ([policy = ''], read) => read.get(rows, policy)?.authorities);
    this.rows = rows;
    this.byService = byService;
    this.secrets = secrets;
    this.tables = [texts, rows, byService, keys, secrets];
  }

  /** The policy for a port of a Service: one that names the port goes before one for all, and an older one before a younger one. */
  policyFor(service: Key, port: string | undefined, read: Read): BackendTlsRow | undefined {
    const own = port === undefined || port === '' ? undefined : this.#winner(service, port, read);
    return own ?? this.#winner(service, undefined, read);
  }

  /** Whether an older policy has what this one is for. https://gateway-api.sigs.k8s.io/geps/gep-713/ */
  rivalOf({ policy, key }: BackendTlsRow, read: Read): BackendTlsRow | undefined {
    return targetsOf(policy)
      .map(({ service, port }) => this.#winner(service, port, read))
      .find((winner) => winner !== undefined && winner.key !== key);
  }

  #winner(service: Key, port: string | undefined, read: Read): BackendTlsRow | undefined {
    const all = (read.get(this.byService, service) ?? []).flatMap((key) => read.get(this.rows, key) ?? []);
    const fitting = all.filter(({ policy }) => targetsOf(policy).some((target) => target.service === service && target.port === port));
    const [oldest] = oldestFirst(
      fitting.map((row) => ({ row, metadata: row.policy.metadata })),
      'kubernetes',
    );
    return oldest?.row;
  }
}

/** The Services that a policy is for, in its own namespace, each with the port if it names one. */
export function targetsOf({ metadata, spec }: BackendTlsText): readonly { readonly service: Key; readonly port: string | undefined }[] {
  return spec.targetRefs.flatMap(({ group, kind, name, sectionName }) =>
    group === '' && kind === 'Service' ? [{ service: objectKey(metadata.namespace, name), port: sectionName }] : [],
  );
}
