import type { RawStatus } from '../kube/gateway-objects.ts';
import type { ReachableAt } from '../kube/objects.ts';
import type { StatusDraft } from '../kube/status-draft.ts';
import type { Key } from '../store/table.ts';
import { type Due, LeaderWriter, type LeaderWriterOptions } from './leader-writer.ts';
import { mergeStatus, type Objection } from './merge-status.ts';

export interface GatewayStatusOptions extends LeaderWriterOptions {
  readonly controllerName: string;
  readonly draft: (key: Key) => StatusDraft | undefined;
  /** The object's status as it was heard of last. */
  readonly status: (draft: StatusDraft) => RawStatus | undefined;
  /** See `GatewayProgress`. */
  readonly since: (key: Key) => number;
  /** See `StatusMoment`. */
  readonly objection?: (key: Key) => Objection | undefined;
  /** See `StatusCase.accepted`; by the fleet of a draft. */
  readonly accepted: (fleet: string | undefined) => number;
  readonly published: () => readonly ReachableAt[];
  /** Reads the object, lets its status be changed and writes what comes of that; undefined: nothing. */
  readonly write: (draft: StatusDraft, change: (status: RawStatus | undefined) => object | undefined) => Promise<void>;
  /** RFC 3339, in seconds. */
  readonly time: () => string;
}

/** Writes the statuses of the Gateway API, each when it differs. Only a leader does anything. */
export class GatewayStatusWriter extends LeaderWriter {
  readonly #options: GatewayStatusOptions;

  constructor(options: GatewayStatusOptions) {
    super(options, 100, (key) => key);
    this.#options = options;
  }

  protected override dueOf(key: Key): Due {
    const draft = this.#options.draft(key);
    if (draft === undefined) return { write: false, wait: false };
    return {
      write: this.#merge(key, draft, this.#options.status(draft)) !== undefined,
      wait: asksForEnvoys(draft) && !this.#isServed(key, draft),
    };
  }

  #isServed(key: Key, { fleet }: StatusDraft): boolean {
    const { since, accepted } = this.#options;
    const reached = accepted(fleet);
    return reached > 0 && reached >= since(key);
  }

  #merge(key: Key, draft: StatusDraft, status: RawStatus | undefined): object | undefined {
    const { controllerName, published, objection, time } = this.#options;
    const moment = { controllerName, served: this.#isServed(key, draft), published: published(), now: time() };
    return mergeStatus(status, draft, { ...moment, objection: objection?.(key) });
  }

  protected override async write(key: Key): Promise<void> {
    const draft = this.#options.draft(key);
    if (!this.leading || draft === undefined) return;
    await this.#options.write(draft, (status) => this.#merge(key, draft, status));
  }
}

function asksForEnvoys({ conditions = [], listeners = [] }: StatusDraft): boolean {
  return [conditions, ...listeners.map((one) => one.conditions)].flat().some(({ whenServed }) => whenServed === true);
}
