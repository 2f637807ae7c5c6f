import type { Acknowledgement } from '../ads/acknowledgement.ts';
import type { Accepted } from '../ads/proxy-state.ts';
import type { DebugEvent } from '../debug/view.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

type Listener = (event: DebugEvent) => void;

/** What happens, for those who listen at the debug endpoint. */
export class DebugEvents {
  readonly #listeners = new Set<Listener>();

  /** Until the function that it gives back is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  published({ fleet, number: version, cause, summary }: Snapshot): void {
    this.#tell({ type: 'snapshot', fleet, version, cause, summary });
  }

  answered({ fleet, snapshot: version, proxy, type: resourceType, names, refusal, tookMs }: Acknowledgement): void {
    this.#tell({ type: 'answer', fleet, version, proxy, resourceType, names, ...(refusal === undefined ? {} : { refusal }), tookMs });
  }

  accepted({ fleet, snapshot: version, proxy, tookMs }: Accepted): void {
    this.#tell({ type: 'accepted', fleet, version, proxy, tookMs });
  }

  #tell(event: DebugEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
