import { existsSync, readFileSync } from 'node:fs';
import https, { type RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { valueAt } from './read.ts';

export interface RequestSettings extends Omit<RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** How to reach an API server and as whom. */
export interface Connection {
  /** Base of all paths: `https://10.0.0.1:6443`. */
  readonly server: string;
  /** For messages: `the context kind-naru of /home/a/.kube/config`. */
  readonly description: string;
  /** The context's, if it names one. */
  readonly namespace?: string;
  /** For one request, with credentials as they are now: tokens in files are read again each minute. */
  requestOptions(): Promise<RequestSettings>;
  /** Reads the configuration and all credentials again. */
  reload(): Promise<void>;
}

export interface ConnectionOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly home?: string;
  /** The file system in which a pod's credentials are looked for. */
  readonly root?: string;
}

/** Tells in a sentence what was tried. */
export class NoApiServer extends Error {}

/** Finds the API server as kubectl does, or as a pod does. */
export async function connect(options: ConnectionOptions = {}): Promise<Connection> {
  const place = findConfiguration(options);
  let loaded = await load(place, options.context);
  const { server, description, namespace } = loaded;
  return {
    server,
    description,
    ...(namespace === undefined ? {} : { namespace }),
    requestOptions: () => loaded.requestOptions(),
    reload: async () => {
      loaded = await load(place, options.context);
    },
  };
}

type Place = { readonly files: readonly string[] } | { readonly pod: Pod };

interface Pod {
  readonly folder: string;
  readonly host: string;
  readonly port: string;
}

const podFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

function findConfiguration({ kubeconfig, env = process.env, home = homedir(), root = '/' }: ConnectionOptions): Place {
  if (kubeconfig !== undefined) {
    if (!existsSync(kubeconfig)) throw new NoApiServer(`There is no kubeconfig ${kubeconfig}.`);
    return { files: [resolve(kubeconfig)] };
  }
  const tried: string[] = [];
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const existing = named.filter((file) => existsSync(file));
  if (existing.length > 0) return { files: existing.map((file) => resolve(file)) };
  tried.push(named.length === 0 ? '$KUBECONFIG (not set)' : `$KUBECONFIG (${named.join(', ')}: no such file)`);
  const usual = join(home, '.kube', 'config');
  // A pod may have a home with a configuration; whoever has that means it.
  if (existsSync(usual)) return { files: [usual] };
  tried.push(`${usual} (no such file)`);
  const folder = join(root, podFolder);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const token = existsSync(join(folder, 'token'));
  if (token && host !== undefined) return { pod: { folder, host, port } };
  tried.push(`a pod's credentials (${token ? '$KUBERNETES_SERVICE_HOST is not set' : `no ${join(folder, 'token')}`})`);
  throw new NoApiServer(`No API server was found. Tried: ${tried.join('; ')}. Give --kubeconfig, or run Naru in the cluster.`);
}

type Loaded = Pick<Connection, 'server' | 'description' | 'namespace' | 'requestOptions'>;

async function load(place: Place, context: string | undefined): Promise<Loaded> {
  // Its import takes more time and memory than all the rest of Naru; commands without a cluster never get here.
  const { KubeConfig: Config } = await import('./kube-config.ts');
  const config = new Config();
  if ('files' in place) loadFiles(config, place.files, () => new Config());
  else loadPod(config, place.pod);
  if (context !== undefined) config.setCurrentContext(context);
  return loadedFrom(config, 'files' in place ? place.files.join(', ') : undefined);
}

function loadPod(config: KubeConfig, { folder, host, port }: Pod): void {
  const namespace = join(folder, 'namespace');
  config.loadFromOptions({
    clusters: [{ name: 'pod', server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, caFile: join(folder, 'ca.crt') }],
    users: [{ name: 'pod', authProvider: tokenFileProvider(join(folder, 'token')) }],
    contexts: [
      { name: 'pod', cluster: 'pod', user: 'pod', ...(existsSync(namespace) ? { namespace: readFileSync(namespace, 'utf8').trim() } : {}) },
    ],
    currentContext: 'pod',
  });
}

/** The library's name for a token in a file, which it reads again each minute. */
function tokenFileProvider(tokenFile: string): { readonly name: string; readonly config: { readonly tokenFile: string } } {
  return { name: 'tokenFile', config: { tokenFile } };
}

/** As kubectl joins several files: of two things with the same name the first counts. */
function loadFiles(config: KubeConfig, files: readonly string[], another: () => KubeConfig): void {
  const parts = files.map((file) => {
    const part = another();
    try {
      part.loadFromFile(file);
      useTokenFiles(part, file);
    } catch (error) {
      throw new NoApiServer(`The kubeconfig ${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
    return part;
  });
  config.loadFromOptions({
    clusters: firstOfName(parts.flatMap((part) => part.getClusters())),
    users: firstOfName(parts.flatMap((part) => part.getUsers())),
    contexts: firstOfName(parts.flatMap((part) => part.getContexts())),
    currentContext: parts.map((part) => part.getCurrentContext()).find((name) => Boolean(name)),
  });
}

function firstOfName<T extends { readonly name: string }>(all: readonly T[]): readonly T[] {
  return all.filter((one, index) => all.findIndex(({ name }) => name === one.name) === index);
}

/** The library knows `token-file` and reads it once; kubectl writes `tokenFile`, and such files are rotated. */
function useTokenFiles(config: KubeConfig, file: string): void {
  const users = valueAt(parse(readFileSync(file, 'utf8')), ['users']);
  if (!Array.isArray(users)) return;
  config.users = config.users.map((user) => {
    const written: unknown = users.find((one) => valueAt(one, ['name']) === user.name);
    const tokenFile = valueAt(written, ['user', 'tokenFile']);
    if (typeof tokenFile !== 'string') return user;
    return { ...user, authProvider: tokenFileProvider(resolve(dirname(file), tokenFile)) };
  });
}

function loadedFrom(config: KubeConfig, files: string | undefined): Loaded {
  const from = files ?? 'the pod';
  const name = config.getCurrentContext();
  const context = name ? config.getContextObject(name) : null;
  if (context === null) {
    const names = config.getContexts().map((one) => one.name);
    const choice = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
    throw new NoApiServer(
      name ? `There is no context ${name} in ${from}. ${choice}` : `${from} has no current context; give --context. ${choice}`,
    );
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new NoApiServer(`The context ${name} of ${from} names the cluster ${context.cluster}, which is not there.`);
  // kubectl speaks plain HTTP when it is told to, as to `kubectl proxy`; the library wants to hear it twice.
  if (cluster.server.startsWith('http:'))
    config.clusters = config.clusters.map((one) => (one === cluster ? { ...one, skipTLSVerify: true } : one));
  const agent = cluster.proxyUrl === undefined && cluster.server.startsWith('https:') ? new https.Agent({ keepAlive: true }) : undefined;
  return {
    server: cluster.server,
    description: files === undefined ? "the pod's credentials" : `the context ${name} of ${from}`,
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    requestOptions: async () => {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      return { ...options, headers: trimmed(options.headers), ...(agent === undefined ? {} : { agent }) };
    },
  };
}

/** Files of tokens often end in a line break, which a header may not have. */
function trimmed(headers: RequestOptions['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value).trim()]));
}
