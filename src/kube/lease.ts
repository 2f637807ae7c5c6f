import { Failure } from './api/failure.ts';
import { readOne, write } from './api/write.ts';
import type { Connection } from './connection.ts';
import { valueAt } from './read.ts';

/** The content of a Lease. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
export interface LeaseRecord {
  /** Empty: nobody holds it. */
  readonly holder: string;
  readonly durationSeconds: number;
  /** RFC 3339 with microseconds, for people: no two clocks agree, so that nothing is decided by them. */
  readonly acquireTime: string;
  readonly renewTime: string;
  /** How often it has passed from one holder to another. */
  readonly transitions: number;
}

export interface Lease {
  readonly record: LeaseRecord;
  /** To write only over what was read. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */
  readonly version: string;
}

const apiVersion = 'coordination.k8s.io/v1';

/** One Lease of a cluster. */
export class LeaseObject {
  readonly #connection: Connection;
  readonly #collection: string;
  readonly #metadata: { readonly namespace: string; readonly name: string };

  constructor(connection: Connection, namespace: string, name: string) {
    this.#connection = connection;
    this.#collection = `/apis/${apiVersion}/namespaces/${encodeURIComponent(namespace)}/leases`;
    this.#metadata = { namespace, name };
  }

  async read(): Promise<Lease | undefined> {
    const raw = await readOne(this.#connection, this.#path);
    return raw === undefined ? undefined : leaseOf(raw);
  }

  async create(record: LeaseRecord): Promise<Lease> {
    return leaseOf(await write(this.#connection, 'create', this.#collection, this.#body(record)));
  }

  async replace(record: LeaseRecord, version: string): Promise<Lease> {
    return leaseOf(await write(this.#connection, 'replace', this.#path, this.#body(record, { resourceVersion: version })));
  }

  get #path(): string {
    return `${this.#collection}/${encodeURIComponent(this.#metadata.name)}`;
  }

  #body({ holder, durationSeconds, acquireTime, renewTime, transitions }: LeaseRecord, more: object = {}): object {
    const spec = {
      holderIdentity: holder,
      leaseDurationSeconds: durationSeconds,
      acquireTime,
      renewTime,
      leaseTransitions: transitions,
    };
    return { apiVersion, kind: 'Lease', metadata: { ...this.#metadata, ...more }, spec };
  }
}

/** Every field of the spec may be absent, in a Lease that somebody made by hand. */
function leaseOf(raw: unknown): Lease {
  const version = valueAt(raw, ['metadata', 'resourceVersion']);
  if (typeof version !== 'string') throw new Failure('the API server sent something that is not a Lease');
  const text = (field: string): string => {
    const value = valueAt(raw, ['spec', field]);
    return typeof value === 'string' ? value : '';
  };
  const number = (field: string): number => Number(valueAt(raw, ['spec', field]) ?? 0);
  return {
    version,
    record: {
      holder: text('holderIdentity'),
      durationSeconds: number('leaseDurationSeconds'),
      acquireTime: text('acquireTime'),
      renewTime: text('renewTime'),
      transitions: number('leaseTransitions'),
    },
  };
}
