import { createHash } from 'node:crypto';
import { Fleet } from '../../src/ads/fleet.ts';
import { encode } from '../../src/proto/codec.ts';
import { typeNames, type Reference, type Resource, type TypeName } from '../../src/snapshot/resource.ts';
import { emptyResourceSet, type Change, type ResourceSet, type Snapshot } from '../../src/snapshot/snapshot.ts';

/**
 * Resources that are nothing but a name and a content: real messages, with the content in any field that can hold a
 * string. The content says which version this is and what it refers to, such as `2 clusters/a clusters/b`.
 */
export function fake(type: TypeName, name: string, content = '1', references: readonly Reference[] = []): Resource {
  const text = [content, ...references.map((reference) => `${reference.type}/${reference.name}`)].join(' ');
  const bytes = encodeFake(type, name, text);
  const version = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
  return { type, name, version, bytes, references, sources: [] };
}

/** A cluster that gets its endpoints by EDS under its own name. */
export function cluster(name: string, content = '1'): Resource {
  return fake('clusters', name, content, [{ type: 'endpoints', name }]);
}

export function endpoints(name: string, content = '1'): Resource {
  return fake('endpoints', name, content);
}

export function routes(name: string, clusters: readonly string[], content = '1'): Resource {
  return fake(
    'routes',
    name,
    content,
    clusters.map((each) => ({ type: 'clusters', name: each })),
  );
}

export function listener(
  name: string,
  routeName: string,
  content = '1',
  secrets: readonly string[] = [],
  extensions: readonly string[] = [],
): Resource {
  return fake('listeners', name, content, [
    { type: 'routes', name: routeName },
    ...secrets.map((secret) => ({ type: 'secrets', name: secret }) as const),
    ...extensions.map((extension) => ({ type: 'extensions', name: extension }) as const),
  ]);
}

function encodeFake(type: TypeName, name: string, text: string): Buffer {
  switch (type) {
    case 'clusters':
      return encode('envoy.config.cluster.v3.Cluster', { name, alt_stat_name: text });
    case 'endpoints':
      return encode('envoy.config.endpoint.v3.ClusterLoadAssignment', { cluster_name: name, endpoints: [{ locality: { zone: text } }] });
    case 'secrets':
      return encode('envoy.extensions.transport_sockets.tls.v3.Secret', { name, generic_secret: { secret: { inline_string: text } } });
    case 'extensions':
      return encode('envoy.config.core.v3.TypedExtensionConfig', {
        name,
        typed_config: { '@type': `type.googleapis.com/${text}`, value: '' },
      });
    case 'listeners':
      return encode('envoy.config.listener.v3.Listener', { name, stat_prefix: text });
    case 'scopes':
      return encode('envoy.config.route.v3.ScopedRouteConfiguration', { name, route_configuration_name: text });
    case 'routes':
      return encode('envoy.config.route.v3.RouteConfiguration', { name, internal_only_headers: [text] });
  }
}

export interface FakeContent {
  readonly name: string;
  readonly content: string;
  readonly references: readonly Reference[];
}

/** Reads what `fake` wrote, from the JSON form. */
export function readFake(message: Record<string, unknown>): FakeContent {
  const { name, cluster_name, alt_stat_name, stat_prefix, route_configuration_name } = message as Record<string, string | undefined>;
  const {
    endpoints: localities,
    generic_secret,
    internal_only_headers,
    typed_config,
  } = message as {
    endpoints?: { locality: { zone: string } }[];
    generic_secret?: { secret: { inline_string: string } };
    internal_only_headers?: string[];
    typed_config?: { '@type': string };
  };
  const text =
    alt_stat_name ??
    stat_prefix ??
    route_configuration_name ??
    localities?.[0]?.locality.zone ??
    generic_secret?.secret.inline_string ??
    internal_only_headers?.[0] ??
    typed_config?.['@type'].slice('type.googleapis.com/'.length) ??
    '';
  const [content = '', ...references] = text.split(' ');
  return { name: name ?? cluster_name ?? '', content, references: references.map(readReference) };
}

function readReference(text: string): Reference {
  const slash = text.indexOf('/');
  return { type: text.slice(0, slash) as TypeName, name: text.slice(slash + 1) };
}

/** Makes one snapshot after the other for one fleet, each from what changes. */
export class Publisher {
  readonly fleet: Fleet;
  #resources: ResourceSet = emptyResourceSet;
  #number = 0;

  constructor(name = 'edge') {
    this.fleet = new Fleet(name);
  }

  get resources(): ResourceSet {
    return this.#resources;
  }

  /** Resources are put, strings such as `clusters/a` are taken away. */
  publish(...changes: readonly (Resource | string)[]): Snapshot {
    const snapshot = this.next(...changes);
    this.fleet.publish(snapshot);
    return snapshot;
  }

  /** Makes a snapshot and keeps it back. */
  next(...changes: readonly (Resource | string)[]): Snapshot {
    const list: Change[] = [];
    for (const change of changes) {
      const { type, name } = typeof change === 'string' ? readReference(change) : change;
      const before = this.#resources[type].get(name);
      if (typeof change !== 'string' && before?.version === change.version) continue;
      if (typeof change === 'string' && before === undefined) continue;
      list.push({ type, name, ...(before && { before }), ...(typeof change === 'string' ? {} : { after: change }) });
    }
    const resources = { ...this.#resources };
    for (const type of typeNames) {
      resources[type] = resources[type].with(new Map(list.filter((each) => each.type === type).map((each) => [each.name, each.after])));
    }
    this.#resources = resources;
    this.#number++;
    const hash = createHash('sha256')
      .update(typeNames.map((type) => resources[type].hash()).join())
      .digest('base64url')
      .slice(0, 22);
    return { fleet: this.fleet.name, number: this.#number, hash, cause: 'test', summary: '', time: Date.now(), resources, changes: list };
  }
}
