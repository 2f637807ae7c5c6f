import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import type { Acknowledgement } from '../../src/ads/acknowledgement.ts';
import { Fleet } from '../../src/ads/fleet.ts';
import { AdsServer } from '../../src/ads/server.ts';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { findEnvoy } from '../../src/dev/find-envoy.ts';
import { choosePort } from '../../src/dev/ports.ts';
import type { FleetView, QuarantineEntry } from '../../src/debug/view.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Assembly, Pass } from '../../src/runtime/assembly.ts';
import { makeDefaultCertificate } from '../../src/runtime/default-certificate.ts';
import { OwnFleets } from '../../src/runtime/own-fleets.ts';
import { QuarantineKeeper } from '../../src/runtime/quarantine-keeper.ts';
import { Rollout, type RolloutOptions } from '../../src/runtime/rollout.ts';
import type { ListenOptions } from '../../src/xds/options.ts';
import { eventually } from './eventually.ts';
import { type ModelRows, ModelSource, type ModelSourceOptions } from './model-source.ts';
import { type Answer, type Ports, request } from './request.ts';

const address = '127.0.0.1';

export interface ModelFleetOptions extends Omit<ModelSourceOptions, 'listen'> {
  readonly fleet?: Fleet;
  /** See `RolloutOptions`. */
  readonly coldProof?: RolloutOptions['coldProof'];
  /** Where what Envoys refused is kept for a restart. */
  readonly stateDir?: string;
  readonly listen?: Omit<ListenOptions, 'address' | 'httpPort' | 'httpsPort'>;
}

interface Process {
  readonly fleet: Fleet;
  readonly source: ModelSource;
  readonly ads: AdsServer;
  readonly rollout: Rollout;
  readonly listening: Subscription;
  readonly keeper: QuarantineKeeper | undefined;
}

interface Parts {
  readonly ports: Ports;
  readonly folder: string;
  readonly options: ModelFleetOptions & ModelSourceOptions;
}

/** Real Envoys that are served a Model which nobody has checked, so that there is something to refuse. */
export class ModelFleet {
  readonly ports: Ports;
  readonly #folder: string;
  readonly #options: Parts['options'];
  readonly #envoys: EnvoyProcess[] = [];
  readonly passes: Pass[] = [];
  readonly log: string[] = [];
  #process: Process;

  private constructor({ ports, folder, options }: Parts) {
    this.ports = ports;
    this.#folder = folder;
    this.#options = options;
    this.#process = this.#begin(options.fleet ?? new Fleet('naru'));
  }

  #begin(fleet: Fleet): Process {
    const { coldProof, stateDir: folder } = this.#options;
    const source = new ModelSource(this.#options);
    const log = (line: string): void => void this.log.push(line);
    const ownFleets = new OwnFleets({ isConnected: (name) => ads.proxies().some((proxy) => proxy.fleet === name), log });
    const ads = new AdsServer({
      fleets: [fleet],
      furtherFleet: (name) => ownFleets.get(name)?.fleet,
      host: `unix:${this.#socket}`,
      port: 0,
      removalGraceMs: 100,
    });
    const { assembly } = source;
    const keeper = folder === undefined ? undefined : new QuarantineKeeper({ assembly, folder, fleet: 'naru', keys: false, log });
    const rollout = new Rollout({
      assembly,
      fleet,
      ownFleets,
      ads,
      onPass: (pass) => {
        this.passes.push(pass);
        keeper?.passed();
      },
      onFailure: (error) => {
        throw error;
      },
      coldProof,
      log,
    });
    return { fleet, source, ads, rollout, listening: rollout.start(), keeper };
  }

  get ads(): AdsServer {
    return this.#process.ads;
  }

  static async start(nodes: readonly string[], { listen: own = {}, ...more }: ModelFleetOptions = {}): Promise<ModelFleet> {
    const ports = { http: await choosePort(0), https: await choosePort(0) };
    const folder = mkdtempSync(join(tmpdir(), 'naru-fleet-'));
    const listen = { address, httpPort: ports.http, httpsPort: ports.https, defaultCertificate: await makeDefaultCertificate(), ...own };
    const started = new ModelFleet({ ports, folder, options: { ...more, listen } });
    await started.ads.start();
    for (const nodeId of nodes) await started.addEnvoy(nodeId);
    return started;
  }

  /** `fleet`: that of a Gateway with Envoys of its own, which must be in the Model already. */
  async addEnvoy(nodeId: string, fleet?: string): Promise<void> {
    const found = await findEnvoy();
    assert.ok(found.found, found.found ? '' : found.message);
    const bootstrap = { nodeId, adsAddress: { path: this.#socket }, ...(fleet === undefined ? {} : { cluster: fleet }) };
    this.#envoys.push(EnvoyProcess.start({ envoy: found.path, bootstrap }));
    await eventually(`${nodeId} connects`, () => (this.ads.proxies().some(({ id }) => id === nodeId) ? true : undefined));
  }

  /** Naru ends and begins again, with the same Envoys and this Model. Resolves when they run all that is served. */
  async restart(rows: ModelRows, onAnswer: (answer: Acknowledgement) => void = () => {}): Promise<void> {
    const envoys = this.ads.proxies().length;
    await this.#end();
    this.#process = this.#begin(new Fleet('naru'));
    await this.#process.keeper?.restore();
    this.ads.acknowledgements.subscribe(onAnswer);
    await this.ads.start();
    this.change(rows);
    await eventually('all Envoys are back', () => (this.ads.proxies().length === envoys ? true : undefined));
    await this.settled();
  }

  async #end(): Promise<void> {
    const { listening, rollout, ads, keeper } = this.#process;
    listening.unsubscribe();
    await Promise.all([rollout.stop(), keeper?.stop()]);
    await ads.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#envoys.map((envoy) => envoy.stop()));
    await this.#end();
    rmSync(this.#folder, { recursive: true });
  }

  envoy(index: number): EnvoyProcess {
    const found = this.#envoys[index];
    if (found === undefined) throw new Error(`there is no Envoy ${index}`);
    return found;
  }

  async stopEnvoy(index: number): Promise<void> {
    await this.#envoys[index]?.stop();
  }

  get assembly(): Assembly {
    return this.#process.source.assembly;
  }

  get quarantine(): readonly QuarantineEntry[] {
    return this.#view?.quarantine ?? [];
  }

  get coldProof(): FleetView['coldProof'] {
    return this.#view?.coldProof;
  }

  /** The fleet of all, then those of Gateways. */
  get views(): readonly FleetView[] {
    return this.#process.rollout.views();
  }

  get #view(): FleetView | undefined {
    return this.views[0];
  }

  get problems(): readonly Problem[] {
    return this.assembly.problems();
  }

  /** Changes the Model in one batch. `quarantined`: rows of the quarantine that were put in by hand. */
  change(rows: ModelRows, quarantined: Iterable<string> = []): void {
    this.#process.rollout.passed(this.#process.source.change(rows, quarantined));
  }

  /** The first change, in two halves: Envoys have the head start, and the rest follows when the result is called. */
  begin(rows: ModelRows): () => void {
    const { fleet, source, rollout } = this.#process;
    const { headStart, finish } = source.begin(rows);
    fleet.headStart(headStart);
    return () => rollout.passed(finish('test'));
  }

  /** Changes it, and resolves when every Envoy runs all that is served; with the time it took. */
  async given(rows: ModelRows, quarantined: Iterable<string> = []): Promise<number> {
    const begun = performance.now();
    this.change(rows, quarantined);
    await this.settled();
    return performance.now() - begun;
  }

  /** Resolves when every Envoy runs the newest snapshot and nothing is looked for any more. */
  async settled(): Promise<void> {
    await eventually('all Envoys run the newest snapshot', () => {
      const { number } = this.assembly.current ?? {};
      const held = [...this.assembly.quarantine.keys()].some((key) => this.assembly.quarantine.get(key)?.refusal === undefined);
      return !held && this.ads.proxies().every(({ accepted }) => accepted === number) ? true : undefined;
    });
  }

  /** On a connection of its own: one that is open already keeps the certificate it began with. */
  get(url: string): Promise<Answer> {
    const agent = url.startsWith('https:') ? new TlsAgent({ keepAlive: false, maxCachedSessions: 0 }) : new Agent({ keepAlive: false });
    return request(url, this.ports, { agent });
  }

  async status(url: string): Promise<number> {
    return (await this.get(url)).status;
  }

  /** Counters of one Envoy whose names match, without those that are 0. */
  async stats(envoy: number, filter: string): Promise<string> {
    const path = `/stats?usedonly&filter=${encodeURIComponent(filter)}`;
    const answer = await this.#envoys[envoy]?.adminRequest(path);
    return (answer?.body ?? '')
      .split('\n')
      .filter((line) => line !== '' && !line.endsWith(': 0'))
      .join('\n');
  }

  get #socket(): string {
    return join(this.#folder, 'ads.sock');
  }
}
