import { type Observable, Subscription } from 'rxjs';
import { Fleet } from '../ads/fleet.ts';
import { AdsServer } from '../ads/server.ts';
import { type DebugServer, startDebugServer } from '../debug/server.ts';
import type { Check, DebugView } from '../debug/view.ts';
import type { KubeEvent } from '../kube/event.ts';
import { Build, type BuildOptions, type Pass } from './build.ts';
import { History } from './history.ts';
import { pipeline } from './pipeline.ts';

export interface ControlPlaneOptions {
  readonly build: BuildOptions;
  readonly events: Observable<KubeEvent>;
  /** Where Envoys connect: a name or address, or `unix:/path` (then the port is not used). */
  readonly ads: { readonly host: string; readonly port: number };
  readonly debug: { readonly host: string; readonly port: number };
  /** Of Naru, for the metrics. */
  readonly version: string;
  /** Called after each pass, whether it made a snapshot or not. */
  readonly onPass?: (pass: Pass) => void;
  /** Called when something outside the configuration itself is worth a line in the log. */
  readonly onTrouble?: (line: string) => void;
  /** Called when the pipeline ends by an error that it cannot go on from: the process should end. */
  readonly onFailure: (error: unknown) => void;
  /** What must hold besides a first snapshot before `/readyz` says 200. */
  readonly checks?: () => readonly Check[];
}

/** Everything between a source of objects and a fleet of Envoys: pipeline, ADS server and debug endpoint. */
export class ControlPlane {
  readonly ads: AdsServer;
  readonly #options: ControlPlaneOptions;
  readonly #build: Build;
  readonly #fleet: Fleet;
  readonly #history = new History();
  readonly #subscriptions = new Subscription();
  #debug: DebugServer | undefined;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#build = new Build(options.build);
    this.#fleet = new Fleet(options.build.fleet);
    this.ads = new AdsServer({
      fleets: [this.#fleet],
      ...options.ads,
      ...(options.onTrouble === undefined ? {} : { log: options.onTrouble }),
    });
  }

  /** Listens, and begins to read the source. */
  async start(): Promise<{ readonly adsPort: number; readonly debugPort: number }> {
    const { port: adsPort } = await this.ads.start();
    this.#debug = await startDebugServer({ ...this.#options.debug, view: this.#view(), version: this.#options.version });
    const { metrics } = this.#debug;
    this.#subscriptions.add(this.ads.acknowledgements.subscribe((answer) => metrics.acknowledged(answer)));
    this.#subscriptions.add(
      pipeline(this.#options.events, this.#build).subscribe({ next: (pass) => this.#passed(pass), error: this.#options.onFailure }),
    );
    return { adsPort, debugPort: this.#debug.port };
  }

  /** Stops reading, then lets Envoys go; they keep serving what they have. */
  async stop(): Promise<void> {
    this.#subscriptions.unsubscribe();
    await Promise.all([this.ads.stop(), this.#debug?.close()]);
  }

  get build(): Build {
    return this.#build;
  }

  #passed(pass: Pass): void {
    if (pass.snapshot !== undefined) {
      this.#history.add(pass.snapshot);
      this.#fleet.publish(pass.snapshot);
    }
    this.#options.onPass?.(pass);
  }

  #view(): DebugView {
    const { name } = this.#fleet;
    return {
      fleets: () => [{ name, current: this.#fleet.current, history: this.#history.list() }],
      proxies: () => this.ads.proxies(),
      refusals: () => this.ads.refusals(),
      problems: () => this.#build.problems(),
      live: () => true,
      checks: () => [this.#syncedCheck(), ...(this.#options.checks?.() ?? [])],
    };
  }

  #syncedCheck(): Check {
    const ok = this.#fleet.current !== undefined;
    return { name: 'snapshot', ok, message: ok ? `snapshot ${this.#fleet.current?.number}` : 'waiting for the first list of every kind' };
  }
}
