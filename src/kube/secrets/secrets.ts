import { Known } from '../api/known.ts';
import type { Outage } from '../api/outage.ts';
import type { Connection } from '../connection.ts';
import type { KubeEvent, ObjectKey } from '../event.ts';
import { kindNames, kinds } from '../kinds.ts';
import type { Kind } from '../objects.ts';
import type { ReflectorTiming } from '../reflector.ts';
import { NamedSecrets } from './named-secrets.ts';
import { SecretReading } from './reading.ts';
import { type SecretAccess, SecretHolder } from './secret-holder.ts';

export interface SecretsOptions {
  readonly connection: Connection;
  readonly access: SecretAccess;
  /** The only one that is watched; absent: all. */
  readonly namespace: string | undefined;
  /** Named whatever objects say. */
  readonly always: readonly ObjectKey[];
  /** How often what is not watched is asked for. */
  readonly everyMs: number;
  readonly timing: ReflectorTiming;
  readonly outage: Outage;
  readonly signal: AbortSignal;
  readonly emit: (event: KubeEvent) => void;
  readonly onTrouble: (sentence: string) => void;
}

/** The Secrets of a cluster, as far as they are used. */
export class Secrets {
  readonly holder: SecretHolder;
  readonly #named: NamedSecrets;
  readonly #waitingFor = new Set<Kind>(kindNames.filter((kind) => kinds[kind].secretsNamed !== undefined));

  constructor({ access, namespace, always, everyMs, emit, ...reading }: SecretsOptions) {
    this.#named = new NamedSecrets(always, (key, named) => this.holder.changed(key, named));
    this.holder = new SecretHolder({
      access,
      everyMs,
      known: new Known(kinds.Secret, emit),
      named: this.#named,
      isWatched: (key) => access !== 'get' && (namespace === undefined || key.startsWith(`${namespace}/`)),
      reading: new SecretReading({
        ...reading,
        onAnswer: (key, raw) => this.holder.answered(key, raw),
        onRefusal: (key) => this.holder.refused(key),
      }),
    });
  }

  start(): void {
    for (const key of [...this.#named.keys()]) this.holder.changed(key, true);
  }

  /** To be told of every event, before anybody else is. */
  heard(event: KubeEvent): void {
    this.#named.heard(event);
    if (event.type === 'synced' && this.#waitingFor.delete(event.kind) && this.#waitingFor.size === 0) this.holder.allNamed();
  }
}
