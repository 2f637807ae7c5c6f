import type { Accepted } from '../../ads/proxy-state.ts';
import type { EnvoyEvent } from '../../dev/envoy-process.ts';
import type { Locate } from '../../kube/folder.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import type { Build, Pass } from '../../runtime/build.ts';
import { packageVersion } from '../package-version.ts';
import { placeOfProblem, printProblem } from '../print/print-problem.ts';

export interface DevPorts {
  readonly http: number;
  readonly https: number;
  readonly debug: number;
  readonly admin?: number;
}

export interface DevReportOptions {
  readonly dir: string;
  readonly locate: Locate;
  readonly envoy: { readonly path: string; readonly version: string };
  readonly ports: DevPorts;
}

/** What `naru dev` says on the terminal: once how to reach it, then one line per change. */
export class DevReport {
  readonly #options: DevReportOptions;
  /** Snapshots that Envoy has not accepted yet, by number: how to tell of them when it has. */
  readonly #pending = new Map<number, string>();
  #serving = false;

  constructor(options: DevReportOptions) {
    this.#options = options;
    const { envoy, dir } = options;
    say(`naru ${packageVersion()}  Envoy ${envoy.version} (${envoy.path})  Node ${process.versions.node}`);
    say(`Reading ${dir}`);
  }

  passed({ snapshot, newProblems, cause }: Pass): void {
    for (const problem of newProblems) {
      if (problem.code === 'NR103' && this.#serving) continue;
      printProblem(problem, placeOfProblem(problem, this.#options.locate), process.stdout);
    }
    if (snapshot !== undefined) this.#pending.set(snapshot.number, `${cause}  v${snapshot.number}  ${snapshot.summary}`);
  }

  accepted({ snapshot, tookMs }: Accepted): void {
    for (const [number, line] of this.#pending) {
      if (number > snapshot) continue;
      this.#pending.delete(number);
      if (this.#serving) say(`${clock()}  ${line}  accepted in ${Math.round(tookMs)} ms`);
    }
  }

  /** Envoy takes requests: says where. */
  serving({ snapshot, tookMs }: Accepted, build: Build): void {
    this.#serving = true;
    const { http, https, debug, admin } = this.#options.ports;
    const { model, current } = build;
    const hosts = [...model.virtualHosts.keys()].sort().flatMap((host) => model.virtualHosts.get(host) ?? []);
    say('');
    for (const host of hosts) say(`  ${address(host.hostname, http)}   ${count(pathsOf(host).length, 'path')}`);
    say(`  https on port ${https}; hosts without a certificate of their own get a self-signed one`);
    say(`  http://127.0.0.1:${debug}/debug/snapshots   debug endpoint`);
    if (admin !== undefined) say(`  http://127.0.0.1:${admin}   Envoy's admin interface`);
    const counts = current === undefined ? '' : `${count(current.resources.clusters.size, 'cluster')}, ${count(hosts.length, 'host')}`;
    say('');
    say(`Snapshot v${snapshot}  ${counts}  accepted by Envoy in ${Math.round(tookMs)} ms`);
    const example = hosts.find((host) => pathsOf(host).length > 0);
    if (example !== undefined) say(`Try:  ${curl(example, http, https)}`);
    say(`Watching ${this.#options.dir}. Save a file to change the running Envoy. Ctrl-C stops everything.`);
  }

  envoy(event: EnvoyEvent): void {
    if (event.type === 'started') return;
    for (const line of event.log.slice(-10)) say(`  envoy: ${line}`);
    say(`${clock()}  Envoy ended (${event.signal ?? `code ${event.code}`}); starting it again in ${event.restartInMs} ms`);
  }

  stopping(): void {
    say('\nStopping.');
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** What users have written: not the redirects to https. */
function pathsOf({ routes }: VirtualHost): VirtualHost['routes'] {
  return routes.filter(({ action }) => action.type !== 'redirect');
}

/** `*.localhost` names resolve by themselves to this machine; for others curl is told. */
function curl(example: VirtualHost, http: number, https: number): string {
  const { hostname, routes } = example;
  const paths = pathsOf(example);
  const host = hostname === '*' ? 'localhost' : hostname.replace(/^\*/, 'any');
  const literal = paths.filter(({ match }) => match.type !== 'regex');
  const path = literal.find(({ match }) => match.type === 'prefix')?.match.path ?? literal[0]?.match.path ?? '/';
  // Its certificate is for another name or by nobody whom curl knows.
  const safe = routes.some(({ action }) => action.type === 'redirect');
  const [command, port] = safe ? ['curl -k', https] : ['curl', http];
  const resolve = host.endsWith('localhost') ? '' : `--resolve ${host}:${port}:127.0.0.1 `;
  return `${command} ${resolve}${safe ? 'https' : 'http'}://${host}:${port}${path}`;
}

function address(hostname: string, port: number): string {
  return `http://${hostname === '*' ? 'any-host' : hostname}:${port}`;
}
