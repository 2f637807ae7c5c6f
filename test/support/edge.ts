import { Agent } from 'node:http';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { findEnvoy } from '../../src/dev/find-envoy.ts';
import { eventually } from './eventually.ts';
import type { Shop } from './shop.ts';

/** When each resource of an Envoy was last taken over, by `TYPE NAME`. */
export type LastUpdates = Readonly<Record<string, string>>;

interface Dumped {
  readonly name?: string;
  readonly version_info?: string;
  readonly last_updated?: string;
  readonly active_state?: Dumped;
  readonly cluster?: { readonly name: string };
  readonly route_config?: { readonly name: string };
}

const lists = {
  dynamic_active_clusters: 'clusters',
  dynamic_listeners: 'listeners',
  dynamic_scoped_route_configs: 'scopes',
  dynamic_active_secrets: 'secrets',
} as const;

export async function startEdge(nodeId: string, adsPort: number): Promise<EnvoyProcess> {
  const found = await findEnvoy();
  if (!found.found) throw new Error(found.message);
  return EnvoyProcess.start({ envoy: found.path, bootstrap: { nodeId, adsAddress: { host: '127.0.0.1', port: adsPort } } });
}

/** Equal before and after something: nothing was sent to this Envoy meanwhile. */
export async function lastUpdates(envoy: EnvoyProcess): Promise<LastUpdates> {
  const { configs } = JSON.parse((await envoy.adminRequest('/config_dump')).body) as {
    configs: readonly Record<string, readonly Dumped[]>[];
  };
  return Object.fromEntries(
    configs.flatMap((config) =>
      Object.entries(lists).flatMap(([list, type]) =>
        (config[list] ?? []).map((entry) => {
          const { last_updated: updated = entry.last_updated, version_info: version = entry.version_info } = entry.active_state ?? entry;
          return [`${type} ${entry.name ?? entry.cluster?.name ?? entry.route_config?.name ?? ''}`, `${version} ${updated}`] as const;
        }),
      ),
    ),
  );
}

/** How many connections an Envoy has taken on its listener for HTTP. */
async function connectionsOf(envoy: EnvoyProcess): Promise<number> {
  const { body } = await envoy.adminRequest(`/stats?filter=${encodeURIComponent('^http\\.http\\.downstream_cx_total$')}`);
  return Number(/: (\d+)/.exec(body)?.[1] ?? 0);
}

/** Both Envoys listen on one port, and the kernel chooses for each connection: this one stays with the Envoy that is wanted. */
export async function connectionTo(envoy: EnvoyProcess, shop: Shop): Promise<Agent> {
  return eventually('a connection to this Envoy', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await connectionsOf(envoy);
    await shop.get('http', '/', { agent });
    if ((await connectionsOf(envoy)) > before) return agent;
    agent.destroy();
    return undefined;
  });
}
