import { type Observable, Subscription, tap, timer } from 'rxjs';
import { Fleet } from '../ads/fleet.ts';
import { AdsServer, type AdsServerOptions } from '../ads/server.ts';
import { type DebugServer, type DebugServerOptions, startDebugServer } from '../debug/server.ts';
import type { Check, DebugView, LogLevels, Why } from '../debug/view.ts';
import type { KubeEvent } from '../kube/event.ts';
import { defaultCertificateName, renderOwnCertificate } from '../xds/tls/secret.ts';
import { Build, type BuildOptions, type Pass } from './build.ts';
import { certificatesInUse } from './certificates-in-use.ts';
import type { StartEnvoy } from './cold-run.ts';
import { DebugEvents } from './debug-events.ts';
import { listCanaries } from './canaries.ts';
import { objectStanding } from './object-standing.ts';
import { LastGood, type LastGoodOptions } from './last-good.ts';
import { acceptedByAll } from './last-good-keeper.ts';
import { OwnFleets } from './own-fleets.ts';
import { pipeline } from './pipeline.ts';
import { QuarantineKeeper } from './quarantine-keeper.ts';
import { Rollout } from './rollout.ts';
import { selectedObjects } from './selected-objects.ts';
import { unservedIngresses } from './unserved-ingresses.ts';

/** How often certificates are looked at for their age. */
const hourMs = 3_600_000;

export interface ControlPlaneOptions {
  readonly build: BuildOptions;
  readonly events: Observable<KubeEvent>;
  /** Where Envoys connect: a name or address, or `unix:/path` (then the port is not used). */
  readonly ads: Pick<AdsServerOptions, 'host' | 'port' | 'tls' | 'limits'>;
  /** `review`: whether the owner of a token may read from another machine, or change something. */
  readonly debug: Pick<DebugServerOptions, 'host' | 'port' | 'review' | 'profiling'> & {
    readonly logLevels?: LogLevels;
    readonly why?: Why;
  };
  /** How the id of the Envoy begins that tries each snapshot before the others; default: the one connected longest of several. */
  readonly proofEnvoy?: string;
  /** Starts an Envoy for a moment, to prove snapshots from cold; absent: they are not. */
  readonly startEnvoy?: StartEnvoy | undefined;
  /** Of Naru, for the metrics. */
  readonly version: string;
  /** Called after each pass, whether it made a snapshot or not. */
  readonly onPass?: (pass: Pass) => void;
  /** Called when something outside the configuration itself is worth a line in the log. */
  readonly onTrouble?: (line: string) => void;
  /** Called when the pipeline ends by an error that it cannot go on from: the process should end. */
  readonly onFailure: (error: unknown) => void;
  /** Absent: nothing is kept for a restart. */
  readonly lastGood?: LastGoodOptions;
  /** What must hold besides a first snapshot before `/readyz` says 200. */
  readonly checks?: () => readonly Check[];
  /** Whether this replica writes into the cluster, where one does. */
  readonly leader?: () => boolean;
}

/** Everything between a source of objects and a fleet of Envoys: pipeline, ADS server and debug endpoint. */
export class ControlPlane {
  readonly ads: AdsServer;
  readonly #options: ControlPlaneOptions;
  readonly #build: Build;
  readonly #fleet: Fleet;
  readonly #ownFleets: OwnFleets;
  readonly #rollout: Rollout;
  readonly #subscriptions = new Subscription();
  readonly #lastGood: LastGood | undefined;
  readonly #quarantineKeeper: QuarantineKeeper | undefined;
  readonly #events = new DebugEvents();
  #debug: DebugServer | undefined;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#build = new Build(options.build);
    this.#fleet = new Fleet(options.build.fleet, {
      ...(options.proofEnvoy === undefined ? {} : { prover: options.proofEnvoy }),
      ...(options.onTrouble === undefined ? {} : { log: options.onTrouble }),
    });
    this.#ownFleets = new OwnFleets({
      isConnected: (name) => this.ads.proxies().some(({ fleet }) => fleet === name),
      log: options.onTrouble,
    });
    this.ads = new AdsServer({
      fleets: [this.#fleet],
      furtherFleet: (name) => this.#ownFleets.get(name)?.fleet,
      ...options.ads,
      ...(options.onTrouble === undefined ? {} : { log: options.onTrouble }),
    });
    this.#rollout = new Rollout({
      assembly: this.#build.assembly,
      fleet: this.#fleet,
      ads: this.ads,
      ownFleets: this.#ownFleets,
      onPass: (pass) => {
        this.#lastGood?.passed(pass);
        this.#quarantineKeeper?.passed();
        this.#build.follow(pass);
        if (pass.snapshot !== undefined) this.#events.published(pass.snapshot);
        if (pass.timing !== undefined) this.#debug?.metrics.passed(pass.timing.end - pass.timing.start, pass.snapshot !== undefined);
        options.onPass?.(pass);
      },
      onAllAccepted: (ms) => this.#debug?.metrics.settled(ms),
      onFailure: options.onFailure,
      coldProof: options.startEnvoy && { startEnvoy: options.startEnvoy },
      log: options.onTrouble,
    });
    this.#lastGood = this.#makeLastGood(options);
    this.#quarantineKeeper =
      options.lastGood &&
      new QuarantineKeeper({
        ...options.lastGood,
        assembly: this.#build.assembly,
        fleet: options.build.fleet,
        log: (line) => options.onTrouble?.(line),
      });
  }

  /** Listens, and begins to read the source. */
  async start(): Promise<{ readonly adsPort: number; readonly debugPort: number }> {
    const { port: adsPort } = await this.ads.start();
    this.#debug = await startDebugServer({ ...this.#options.debug, view: this.#view(), version: this.#options.version });
    const { metrics } = this.#debug;
    this.#subscriptions.add(
      this.ads.acknowledgements.subscribe((answer) => {
        metrics.acknowledged(answer);
        this.#events.answered(answer);
      }),
    );
    this.#subscriptions.add(this.#rollout.start());
    this.#subscriptions.add(
      this.ads.accepted.subscribe((event) => {
        this.#lastGood?.accepted();
        this.#events.accepted(event);
      }),
    );
    await this.#quarantineKeeper?.restore();
    await this.#lastGood?.start();
    this.#subscriptions.add(timer(0, hourMs).subscribe(() => this.#rollout.passed(this.#build.tellTime(Date.now()))));
    const events = this.#options.events.pipe(tap((event) => event.type !== 'problems' && metrics.heard(event.kind)));
    const passes = pipeline(events, this.#build, { onHeadStart: (snapshot) => this.#fleet.headStart(snapshot) });
    this.#subscriptions.add(passes.subscribe({ next: (pass) => this.#rollout.passed(pass), error: this.#options.onFailure }));
    return { adsPort, debugPort: this.#debug.port };
  }

  /** Stops reading, then lets Envoys go; they keep serving what they have. */
  async stop(): Promise<void> {
    this.#subscriptions.unsubscribe();
    // While Envoys are still connected, whose acceptance it asks for.
    await Promise.all([this.#lastGood?.stop(), this.#quarantineKeeper?.stop(), this.#rollout.stop()]);
    await Promise.all([this.ads.stop(), this.#debug?.close()]);
  }

  get build(): Build {
    return this.#build;
  }

  /** The newest snapshot that all connected Envoys of a fleet run; 0: there is none of them. Where there is nothing to run, all is well. */
  acceptedBy(fleet: string): number {
    const isEmpty = fleet !== this.#options.build.fleet && this.#ownFleets.get(fleet) === undefined;
    return isEmpty ? (this.#build.current?.number ?? 0) : acceptedByAll(this.ads.proxies(), fleet);
  }

  /** To be called for every status of an object of this kind that was written, or could not be. */
  wroteStatus(kind: string, result: 'ok' | 'failed'): void {
    this.#debug?.metrics.wroteStatus(kind, result);
  }

  /** To be called each time that a watch of objects of this kind began again. */
  watchRestarted(kind: string, reason: string): void {
    this.#debug?.metrics.watchRestarted(kind, reason);
  }

  #makeLastGood({ lastGood, build, onTrouble }: ControlPlaneOptions): LastGood | undefined {
    if (lastGood === undefined) return undefined;
    const { defaultCertificate } = build.listen;
    return new LastGood({
      ...lastGood,
      fleet: build.fleet,
      own: defaultCertificate === undefined ? [] : [renderOwnCertificate(defaultCertificateName, defaultCertificate)],
      proxies: () => this.ads.proxies(),
      onRead: (stored) => this.#fleet.remember(stored),
      publish: (snapshot) => {
        this.#build.assembly.countOnFrom(snapshot.number);
        this.#fleet.publish(snapshot);
      },
      log: (line) => onTrouble?.(line),
    });
  }

  #view(): DebugView {
    return {
      fleets: () => this.#rollout.views(),
      proxies: () => this.ads.proxies(),
      refusals: () => this.ads.refusals(),
      problems: () => this.#build.problems(),
      canaries: () => listCanaries(this.#build),
      object: (...called) => objectStanding(this.#build, ...called),
      objects: (selector) => selectedObjects(this.#build.world, selector),
      unserved: (hostname) => unservedIngresses(this.#build, hostname),
      live: () => true,
      certificates: () => certificatesInUse(this.#build),
      subscribe: (listener) => this.#events.listen(listener),
      why: this.#options.debug.why,
      logLevels: this.#options.debug.logLevels,
      ...(this.#options.leader === undefined ? {} : { leader: this.#options.leader }),
      checks: () => [this.#syncedCheck(), ...(this.#options.checks?.() ?? [])],
    };
  }

  #syncedCheck(): Check {
    const ok = this.#fleet.current !== undefined;
    const snapshot = [`snapshot ${this.#fleet.current?.number}`, this.#lastGood?.notice].filter((part) => part !== undefined).join(', ');
    return { name: 'snapshot', ok, message: ok ? snapshot : 'waiting for the first list of every kind' };
  }
}
