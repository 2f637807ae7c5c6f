import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Subject } from 'rxjs';
import { withEchoBackends } from '../../src/dev/echo-backends.ts';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { findEnvoy } from '../../src/dev/find-envoy.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { defaultGatewayOptions } from '../../src/gateway/options.ts';
import { defaultIngressOptions, type IngressOptions } from '../../src/ingress/options.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import type { Problem } from '../../src/model/problem.ts';
import { credentials } from '@grpc/grpc-js';
import { AuthzServer } from '../../src/authz/server.ts';
import { ControlPlane } from '../../src/runtime/control-plane.ts';
import { makeDefaultCertificate } from '../../src/runtime/default-certificate.ts';
import { eventually } from './eventually.ts';
import { readManifests } from './manifests.ts';
import { naruClass, upsert } from './objects.ts';
import { type Answer, type Ports, request, type RequestDetails } from './request.ts';

type ObjectEvent = KubeEvent & { readonly type: 'upsert' };

interface Parts {
  readonly ports: Ports & { readonly debug: number };
  readonly controlPlane: ControlPlane;
  readonly envoy: EnvoyProcess;
  readonly source: Subject<KubeEvent>;
  readonly folder: string;
  readonly authz: AuthzServer;
}

const host = '127.0.0.1';
/** All of 127.0.0.0/8 is this machine; other processes test as well. */
const ownNetwork = `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 256}.0/24`;

/** Naru with a real Envoy in front of echo backends, in this process. Started once and shared by many tests. */
export class Naru {
  readonly ports: Ports & { readonly debug: number };
  readonly #source: Subject<KubeEvent>;
  readonly #folder: string;
  readonly #controlPlane: ControlPlane;
  readonly #envoy: EnvoyProcess;
  readonly authz: AuthzServer;
  #given = new Map<string, ObjectEvent>();
  #synced = false;

  private constructor({ ports, controlPlane, envoy, source, folder, authz }: Parts) {
    this.ports = ports;
    this.#controlPlane = controlPlane;
    this.#envoy = envoy;
    this.authz = authz;
    this.#source = source;
    this.#folder = folder;
  }

  /** `zone`: where the Envoy is. */
  static async start({ zone, ...ingress }: Partial<IngressOptions> & { readonly zone?: string } = {}): Promise<Naru> {
    const found = await findEnvoy();
    assert.ok(found.found, found.found ? '' : found.message);
    const folder = mkdtempSync(join(tmpdir(), 'naru-test-'));
    const ports = { http: await choosePort(0), https: await choosePort(0), debug: await choosePort(0) };
    const source = new Subject<KubeEvent>();
    const controlPlane = new ControlPlane({
      build: {
        fleet: 'naru',
        ingress: { ...defaultIngressOptions, ...ingress },
        gateway: { ...defaultGatewayOptions, address: host, addressPool: ownNetwork },
        listen: {
          address: host,
          httpPort: ports.http,
          httpsPort: ports.https,
          authz: { path: join(folder, 'authz.sock') },
          defaultCertificate: await makeDefaultCertificate(),
        },
      },
      events: source.pipe(withEchoBackends()),
      ads: { host: `unix:${join(folder, 'ads.sock')}`, port: 0 },
      debug: { host, port: ports.debug },
      version: 'test',
      onFailure: (error) => {
        throw error;
      },
    });
    await controlPlane.start();
    const bootstrap = { nodeId: 'test', adsAddress: { path: join(folder, 'ads.sock') }, ...(zone === undefined ? {} : { zone }) };
    const envoy = EnvoyProcess.start({ envoy: found.path, bootstrap });
    const authz = new AuthzServer({
      listen: `unix:${join(folder, 'authz.sock')}`,
      target: `unix:${join(folder, 'ads.sock')}`,
      credentials: credentials.createInsecure(),
      node: { id: 'authz', cluster: 'naru' },
      allowLoopback: true,
      onTrouble: () => {},
    });
    await authz.start();
    return new Naru({ ports, controlPlane, envoy, source, folder, authz });
  }

  async stop(): Promise<void> {
    await this.#envoy.stop();
    this.authz.stop();
    await this.#controlPlane.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Makes these objects (and Naru's IngressClass) all there is, and resolves when Envoy has accepted what follows from it, and answers. */
  async given(yaml: string, { answers = true } = {}): Promise<void> {
    const { events } = await readManifests(yaml);
    const wanted = new Map(
      [upsert(naruClass), ...events].flatMap((event) => (event.type === 'upsert' ? [[`${event.kind} ${event.key}`, event]] : [])),
    );
    for (const [id, { kind, key }] of this.#given) if (!wanted.has(id)) this.#source.next({ type: 'delete', kind, key });
    for (const event of wanted.values()) this.#source.next(event);
    if (!this.#synced) for (const event of events) if (event.type === 'synced') this.#source.next(event);
    this.#synced = true;
    const gone = [...this.#given].filter(([id]) => !wanted.has(id)).map(([, event]) => event);
    this.#given = wanted;
    await eventually('Envoy accepts what was given', () =>
      this.#hasTakenIn([...wanted.values()], gone) && this.#isAccepted() ? true : undefined,
    );
    if (answers)
      await eventually('Envoy answers', async () => ((await request('http://unknown.test/', this.ports)).status > 0 ? true : undefined));
  }

  get problems(): readonly Problem[] {
    return this.#controlPlane.build.problems();
  }

  /** Where a Gateway is served: `namespace/name`. */
  gatewayAddress(key: string): string {
    const [address] = this.#controlPlane.build.gateway.statuses.drafts.get(`Gateway ${key}`)?.addresses ?? [];
    assert.ok(address !== undefined, `Gateway ${key} has no address`);
    return address.value;
  }

  /** The number of the current snapshot. */
  get snapshot(): number {
    return this.#controlPlane.build.current?.number ?? 0;
  }

  get(url: string, details?: RequestDetails): Promise<Answer> {
    return request(url, this.ports, details);
  }

  /** Name of the Service whose echo answered, or the status where none did. */
  async served(url: string, details?: RequestDetails): Promise<string | number> {
    const { status, body } = await this.get(url, details);
    if (status !== 200) return status;
    return (JSON.parse(body) as { service: string }).service;
  }

  /** Envoy's counters whose names match. */
  async stats(filter: string): Promise<string> {
    return (await this.#envoy.adminRequest(`/stats?filter=${encodeURIComponent(filter)}`)).body;
  }

  /** Envoy's, in Prometheus' form. */
  async metrics(): Promise<string> {
    return (await this.#envoy.adminRequest('/stats/prometheus')).body;
  }

  /** What Envoy wrote to its log. */
  get envoyLog(): readonly string[] {
    return this.#envoy.log;
  }

  /** The last lines of Envoy's access log. */
  get accessLog(): readonly string[] {
    return this.#envoy.accessLog;
  }

  #hasTakenIn(wanted: readonly ObjectEvent[], gone: readonly ObjectEvent[]): boolean {
    const { world } = this.#controlPlane.build;
    return (
      wanted.every(({ kind, key, object }) => isDeepStrictEqual(world.objects[kind].get(key), object)) &&
      gone.every(({ kind, key }) => world.objects[kind].get(key) === undefined) &&
      wanted.every(
        ({ kind, key, object }) =>
          kind !== 'Service' ||
          object.kind !== 'Service' ||
          object.spec.type === 'ExternalName' ||
          world.slicesByService.get(key) !== undefined,
      )
    );
  }

  #isAccepted(): boolean {
    const [proxy] = this.#controlPlane.ads.proxies();
    return proxy !== undefined && this.snapshot > 0 && proxy.accepted === this.snapshot;
  }
}

const shared = new Map<string, Promise<Naru>>();

/** The one Naru with these settings that the tests of a run share. */
export function sharedNaru(ingress: Partial<IngressOptions> = {}): Promise<Naru> {
  const key = JSON.stringify(ingress);
  const known = shared.get(key) ?? Naru.start(ingress);
  shared.set(key, known);
  return known;
}

after(async () => {
  for (const naru of shared.values()) await (await naru).stop();
});
