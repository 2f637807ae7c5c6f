import type { Source } from '../../model/source.ts';
import { certificateUses } from './certificates.ts';
import { clustersOf, edge, listHosts, sourcesOf } from './routes.ts';
import type { Resources } from './resources.ts';

export interface HostRow {
  readonly host: string;
  readonly listener: string;
  /** Routes that objects ask for. */
  readonly routes: number;
  readonly clusters: readonly string[];
  /** The certificate that is shown for it; null where it is not served by TLS. */
  readonly certificate: string | null;
  readonly sources: readonly Source[];
}

export function listHostRows(resources: Resources): readonly HostRow[] {
  const certificateOf = certificateFinder(resources);
  return listHosts(resources).map(({ listener, host }) => {
    const routes = (host.routes ?? []).filter((route) => sourcesOf(route).length > 0);
    const name = host.name ?? '';
    return {
      host: name,
      listener,
      routes: routes.length,
      clusters: [...new Set(routes.flatMap((route) => clustersOf(route).map((cluster) => cluster.name)))],
      certificate: certificateOf(listener, name),
      sources: routes.flatMap(sourcesOf),
    };
  });
}

/** All Ingresses share one listener for TLS; each other listener has its own filter chains. */
function certificateFinder({ listeners = [] }: Resources): (listener: string, host: string) => string | null {
  const shown = new Map(
    listeners.map(({ name, resource }) => {
      const uses = [...certificateUses([resource])].flatMap(([certificate, names]) => names.map((one) => [one, certificate] as const));
      return [name === 'https' ? edge : name, new Map(uses)];
    }),
  );
  return (listener, host) => {
    const names = shown.get(listener);
    return names?.get(host) ?? names?.get(host.replace(/^[^.]+/, '*')) ?? names?.get('*') ?? null;
  };
}
