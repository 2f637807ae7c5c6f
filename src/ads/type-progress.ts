import type { TypeName } from '../snapshot/resource.ts';
import { Backlog, type Departure } from './backlog.ts';
import { InFlight } from './in-flight.ts';
import type { Progress } from './order.ts';
import { RefusedVersions } from './refused-versions.ts';
import { Subscription } from './subscription.ts';
import type { ResourceView } from './view.ts';

/** How far one type on one stream has come. What moves it on is in `TypeState`. */
export abstract class TypeProgress implements Omit<Progress, 'leads'> {
  readonly type: TypeName;
  readonly subscription: Subscription;
  protected readonly backlog = new Backlog();
  protected readonly inFlight = new InFlight();
  protected readonly refusals = new RefusedVersions();
  /** The newest snapshot that was looked at. */
  protected number = 0;

  constructor(type: TypeName) {
    this.type = type;
    this.subscription = new Subscription({ legacyWildcard: type === 'clusters' || type === 'listeners' || type === 'scopes' });
  }

  get subscribed(): boolean {
    return this.subscription.begun;
  }

  get waiting(): number | undefined {
    return this.backlog.waiting ? this.backlog.newest : undefined;
  }

  get departures(): ReadonlyMap<string, Departure> {
    return this.backlog.departures;
  }

  get refused(): boolean {
    return this.refusals.inForce;
  }

  get retrying(): boolean {
    return this.refusals.retrying;
  }

  get sent(): number {
    return Math.min(this.number, this.backlog.oldest - 1);
  }

  get settled(): number {
    return Math.min(this.sent, this.inFlight.oldest - 1);
  }

  get acknowledged(): number {
    return Math.min(this.settled, this.refusals.oldest - 1);
  }

  /** Whether the client certainly holds something under every name of a table. */
  holdsAll({ size }: ResourceView): boolean {
    return this.subscription.held.size - this.departures.size - this.backlog.kept >= size;
  }

  /** Whether the client holds something of this name, or will when it has accepted what is under way. */
  mayHold(name: string): boolean {
    return this.inFlight.versionOf(name, this.subscription.held.get(name)?.version) !== undefined;
  }

  removing(number: number): boolean {
    if (this.inFlight.removing(number) || this.backlog.keepsOlder(number)) return true;
    for (const departure of this.departures.values()) if (departure.since <= number) return true;
    return false;
  }

  /** When the next response may go as far as this type's own responses are concerned; undefined without need. */
  freeAt(timeoutMs: number): number | undefined {
    const { waiting, departures, missing } = this.backlog;
    return waiting || departures.size > 0 || missing.size > 0 ? this.inFlight.freeAt(timeoutMs) : undefined;
  }
}
