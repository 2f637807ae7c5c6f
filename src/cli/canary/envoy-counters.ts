import { connect, type Connection, NoApiServer } from '../../kube/connection.ts';
import { getJson, getText } from '../../kube/get-path.ts';
import { UnreachableError } from '../live/unreachable-error.ts';

/** Requests by `CLUSTER total` and `CLUSTER 5xx`, of all Envoys together. */
export type Counters = ReadonlyMap<string, number>;

/** How each Envoy is asked for its metrics: what gives them back as text. */
export type EnvoySource = readonly { readonly name: string; readonly metrics: () => Promise<string> }[];

export interface EnvoysWanted {
  /** Admin interfaces or metrics ports. */
  readonly envoy?: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly envoyNamespace: string;
  readonly envoyPods: string;
}

const query = '/stats/prometheus?usedonly&filter=%5Ecluster%5C..*%5C.upstream_rq_(total%7C%5B0-9%5Dxx)%24';
/** Of a pod that names none. */
const metricsPort = 8001;

/**
 * The Envoys: those that are named, or else the pods of the fleet, which the API server asks for us. Undefined where there are
 * neither; then why is on standard error.
 */
export async function envoysOf(wanted: EnvoysWanted): Promise<EnvoySource | undefined> {
  if (wanted.envoy !== undefined && wanted.envoy.length > 0)
    return wanted.envoy.map((url) => ({ name: url, metrics: () => fetchText(new URL(query, url)) }));
  const connection = await connectIfThere(wanted);
  if (connection === undefined) return undefined;
  const pods = `/api/v1/namespaces/${encodeURIComponent(wanted.envoyNamespace)}/pods`;
  const listed = await getJson(connection, `${pods}?${new URLSearchParams({ labelSelector: wanted.envoyPods }).toString()}`).catch(tellWhy);
  const found = (listed as PodList | undefined)?.items ?? [];
  if (found.length === 0) return undefined;
  return found.map((pod) => ({
    name: pod.metadata.name,
    metrics: () => getText(connection, `${pods}/${pod.metadata.name}:${metricsPortOf(pod)}/proxy${query}`),
  }));
}

interface ListedPod {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly { readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[] }[];
  };
}

interface PodList {
  readonly items?: readonly ListedPod[];
}

function metricsPortOf({ spec }: ListedPod): number {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find(({ name }) => name === 'metrics')?.containerPort ?? metricsPort;
}

/** One that does not answer is told of and not counted. */
export async function readCounters(source: EnvoySource): Promise<Counters> {
  const counters = new Map<string, number>();
  const texts = await Promise.all(
    source.map(({ name, metrics }) =>
      metrics().catch((error: unknown) => {
        process.stderr.write(`Envoy ${name} does not say what it counted: ${error instanceof Error ? error.message : String(error)}\n`);
        return '';
      }),
    ),
  );
  for (const text of texts) for (const [key, value] of countersIn(text)) counters.set(key, (counters.get(key) ?? 0) + value);
  return counters;
}

/** In Prometheus' text format. */
export function* countersIn(text: string): IterableIterator<readonly [string, number]> {
  for (const line of text.split('\n')) {
    const [, metric, labels = '', value] = /^envoy_cluster_upstream_rq_(total|xx)\{(.*)\} (\d+)$/.exec(line) ?? [];
    const cluster = /(?:^|,)envoy_cluster_name="([^"]*)"/.exec(labels)?.[1];
    if (cluster === undefined) continue;
    if (metric === 'total') yield [`${cluster} total`, Number(value)];
    else if (labels.includes('envoy_response_code_class="5"')) yield [`${cluster} 5xx`, Number(value)];
  }
}

async function fetchText(url: URL): Promise<string> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    return await response.text();
  } catch (error) {
    throw new UnreachableError(error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error));
  }
}

async function connectIfThere({ kubeconfig, context }: EnvoysWanted): Promise<Connection | undefined> {
  try {
    return await connect({ kubeconfig, context });
  } catch (error) {
    if (!(error instanceof NoApiServer)) throw error;
    process.stderr.write('What Envoys count is not known: name them by --envoy, or an API server that reaches their pods.\n');
    return undefined;
  }
}

function tellWhy(error: unknown): undefined {
  process.stderr.write(`The pods of the Envoys are not known: ${error instanceof Error ? error.message : String(error)}\n`);
}
