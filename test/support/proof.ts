import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { Fleet } from '../../src/ads/fleet.ts';
import { AdsServer } from '../../src/ads/server.ts';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { findEnvoy } from '../../src/dev/find-envoy.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { decode } from '../../src/proto/codec.ts';
import { type Resource, typeNames } from '../../src/snapshot/resource.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';
import { makeResource } from '../../src/xds/make-resource.ts';
import { eventually } from './eventually.ts';

/** A real Envoy that is given one snapshot after another and says what it refuses. */
class Proof {
  readonly #fleet = new Fleet('naru');
  readonly #snapshots = new Snapshots('naru');
  readonly #ads: AdsServer;
  readonly #ports: Readonly<Record<string, number>>;

  constructor(ads: (fleet: Fleet) => AdsServer, ports: Readonly<Record<string, number>>) {
    this.#ads = ads(this.#fleet);
    this.#ports = ports;
  }

  get ads(): AdsServer {
    return this.#ads;
  }

  /** Envoy's messages about a snapshot; none when it accepts it. */
  async refusalsOf(snapshot: Snapshot | undefined): Promise<readonly string[]> {
    assert.ok(snapshot !== undefined);
    const next = this.#snapshots.next(this.#changesTo(snapshot), { cause: 'proof', time: 0, summarise: () => '' });
    if (next === undefined) return [];
    this.#fleet.publish(next);
    return eventually('Envoy accepts or refuses the snapshot', () => {
      const [proxy] = this.#ads.proxies();
      if (proxy === undefined) return undefined;
      const refused = typeNames.flatMap((type) => proxy.types[type].refused?.message ?? []);
      if (refused.length > 0) return refused;
      return proxy.accepted === next.number ? [] : undefined;
    });
  }

  #changesTo({ resources }: Snapshot): Map<Resource['type'], Map<string, Resource | undefined>> {
    const { current } = this.#snapshots;
    return new Map(
      typeNames.map((type) => {
        const gone = [...(current?.resources[type].names() ?? [])].map((name): [string, undefined] => [name, undefined]);
        const there = [...resources[type].values()].map((resource): [string, Resource] => [resource.name, this.#withFreePort(resource)]);
        return [type, new Map<string, Resource | undefined>([...gone, ...there])];
      }),
    );
  }

  /** Goldens name fixed ports, which something else on this machine may use. */
  #withFreePort(resource: Resource): Resource {
    const port = this.#ports[resource.name];
    if (resource.type !== 'listeners' || port === undefined) return resource;
    const message = decode('envoy.config.listener.v3.Listener', resource.bytes);
    return makeResource('listeners', { ...message, address: { socket_address: { address: '127.0.0.1', port_value: port } } }, resource);
  }
}

/** One Envoy for the tests of a suite. */
export function proofOfSuite(): Pick<Proof, 'refusalsOf'> {
  let started: { readonly proof: Proof; readonly stop: () => Promise<void> } | undefined;
  before(async () => {
    started = await startProof();
  });
  after(() => started?.stop());
  return {
    refusalsOf: (snapshot) => {
      assert.ok(started !== undefined, 'asked for outside of a test');
      return started.proof.refusalsOf(snapshot);
    },
  };
}

async function startProof(): Promise<{ readonly proof: Proof; readonly stop: () => Promise<void> }> {
  const found = await findEnvoy();
  assert.ok(found.found, found.found ? '' : found.message);
  const folder = mkdtempSync(join(tmpdir(), 'naru-proof-'));
  const path = join(folder, 'ads.sock');
  const ports = { http: await choosePort(0), https: await choosePort(0) };
  const proof = new Proof((fleet) => new AdsServer({ fleets: [fleet], host: `unix:${path}`, port: 0, removalGraceMs: 0 }), ports);
  await proof.ads.start();
  const envoy = EnvoyProcess.start({ envoy: found.path, bootstrap: { nodeId: 'proof', adsAddress: { path } } });
  return {
    proof,
    stop: async () => {
      await envoy.stop();
      await proof.ads.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
