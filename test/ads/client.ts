import assert from 'node:assert/strict';
import type { DiscoveryRequest } from '../../src/ads/request.ts';
import { decode } from '../../src/proto/codec.ts';
import { typeNames, typeUrls, type Reference, type TypeName } from '../../src/snapshot/resource.ts';
import { readFake } from './fake-resources.ts';

export type Protocol = 'delta' | 'sotw';
export const protocols: readonly Protocol[] = ['delta', 'sotw'];

/** The way to the server, whatever it is. */
export interface Link {
  send(request: DiscoveryRequest): void;
  close(): void;
}

export interface ReceivedResource {
  readonly name: string;
  /** The version beside the resource; empty in state of the world. */
  readonly version: string;
  readonly content: string;
  readonly references: readonly Reference[];
}

export interface Received {
  readonly type: TypeName;
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly ReceivedResource[];
  readonly names: readonly string[];
  readonly removed: readonly string[];
  readonly bytes: number;
}

const node = {
  id: 'envoy-1',
  cluster: 'edge',
  user_agent_name: 'envoy',
  user_agent_build_version: { version: { major_number: 1, minor_number: 40 } },
};

/** A client that does nothing by itself: a test says when it asks, acknowledges, refuses or stays silent. */
export class Client {
  readonly protocol: Protocol;
  readonly #link: Link;
  readonly #node: DiscoveryRequest['node'];
  readonly #names = new Map<TypeName, Set<string>>();
  readonly #wildcards = new Set<TypeName>();
  readonly #nonce = new Map<TypeName, string>();
  readonly #held = new Map<TypeName, Map<string, ReceivedResource>>();
  /** Of the last response that was taken over. */
  readonly #version = new Map<TypeName, string>();
  #inbox: Received[] = [];
  readonly #arrivals = new Set<() => void>();
  #begun = false;

  constructor(protocol: Protocol, connect: (onResponse: (bytes: Buffer) => void) => Link, as: DiscoveryRequest['node'] = node) {
    this.protocol = protocol;
    this.#node = as;
    this.#link = connect((bytes) => this.#receive(bytes));
  }

  /** Everything of a type, in the old way or by `*`. After a reconnect it says what it holds: in delta each resource, else the last version. */
  subscribeAll(type: TypeName, initial?: Readonly<Record<string, string>>, version?: string): void {
    this.#names.set(type, new Set());
    this.#wildcards.add(type);
    this.#send(type, { ...(initial && { initial_resource_versions: initial }), ...(version !== undefined && { version_info: version }) });
  }

  /** Adds names, as this protocol says it. */
  subscribe(type: TypeName, names: readonly string[], initial?: Readonly<Record<string, string>>): void {
    const all = this.#names.get(type) ?? new Set();
    this.#names.set(type, all);
    for (const name of names) all.add(name);
    if (this.protocol === 'sotw') this.#send(type, { resource_names: [...all], response_nonce: this.#nonce.get(type) ?? '' });
    else this.#send(type, { resource_names_subscribe: names, ...(initial && { initial_resource_versions: initial }) });
  }

  unsubscribe(type: TypeName, names: readonly string[]): void {
    const all = this.#names.get(type) ?? new Set();
    for (const name of names) {
      all.delete(name);
      this.#held.get(type)?.delete(name);
    }
    if (this.protocol === 'sotw') this.#send(type, { resource_names: [...all], response_nonce: this.#nonce.get(type) ?? '' });
    else this.#send(type, { resource_names_unsubscribe: names });
  }

  /** Applies a response and says so. */
  ack(response: Received): void {
    this.apply(response);
    this.confirm(response);
  }

  /** Takes over what a response brings, without a word. */
  apply(response: Received): void {
    const held = this.held(response.type);
    this.#version.set(response.type, response.version);
    if (this.protocol === 'sotw' && (response.type === 'clusters' || response.type === 'listeners')) held.clear();
    const names = this.names(response.type);
    // Resources that were not asked for, or no longer, are ignored.
    const wants = (name: string): boolean => this.#wildcards.has(response.type) || names.has('*') || names.has(name);
    for (const resource of response.resources) if (wants(resource.name)) held.set(resource.name, resource);
    for (const name of response.removed) held.delete(name);
  }

  confirm(response: Received): void {
    this.#answer(response, {});
  }

  nack(response: Received, message = 'no'): void {
    this.#answer(response, { error_detail: { code: 13, message } });
  }

  raw(request: DiscoveryRequest): void {
    this.#link.send(this.#begun ? request : { node: this.#node ?? null, ...request });
    this.#begun = true;
  }

  held(type: TypeName): Map<string, ReceivedResource> {
    let held = this.#held.get(type);
    if (held === undefined) this.#held.set(type, (held = new Map()));
    return held;
  }

  names(type: TypeName): ReadonlySet<string> {
    return this.#names.get(type) ?? new Set();
  }

  /** What it would tell a server after a reconnect. */
  versions(type: TypeName): Record<string, string> {
    return Object.fromEntries([...this.held(type).values()].map(({ name, version }) => [name, version]));
  }

  /** The same in state of the world. */
  version(type: TypeName): string | undefined {
    return this.#version.get(type);
  }

  /** A new client for the same Envoy: it says what this one holds, and asks for clusters, listeners, and the names of the rest. */
  takenOverBy(client: Client): void {
    const delta = this.protocol === 'delta';
    for (const type of ['clusters', 'endpoints', 'listeners', 'routes', 'secrets', 'extensions'] as const) {
      for (const [name, resource] of this.held(type)) client.held(type).set(name, resource);
      const version = this.version(type);
      if (version !== undefined) client.#version.set(type, version);
      const names = [...this.names(type)];
      const initial = delta ? this.versions(type) : undefined;
      if (type === 'clusters' || type === 'listeners') client.subscribeAll(type, initial, delta ? undefined : version);
      else if (names.length > 0) client.subscribe(type, names, initial);
    }
  }

  /** Responses that were not taken yet, oldest first. */
  get inbox(): readonly Received[] {
    return this.#inbox;
  }

  /** `clusters: a b`, one line for each response that was not taken yet. */
  get lines(): string[] {
    return this.#inbox.map(line);
  }

  /** The next response of a type, which must be there; or the next at all. */
  take(type?: TypeName): Received {
    const response = this.#inbox.find((each) => type === undefined || each.type === type);
    assert(response !== undefined, `no response of ${type ?? 'any type'}; there are: ${this.lines.join(', ') || 'none'}`);
    this.#inbox = this.#inbox.filter((each) => each !== response);
    return response;
  }

  /** Takes and acknowledges everything, until nothing more comes; gives back what it was. For links that answer at once. */
  ackAll(): string[] {
    const seen: string[] = [];
    while (this.#inbox.length > 0) {
      const response = this.take();
      seen.push(line(response));
      this.ack(response);
    }
    return seen;
  }

  /** Waits for the next response of a type. */
  async next(type?: TypeName, deadlineMs = 5_000): Promise<Received> {
    const wanted = (): boolean => this.#inbox.some((each) => type === undefined || each.type === type);
    if (!wanted()) {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (!wanted()) return;
          clearTimeout(timer);
          this.#arrivals.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          this.#arrivals.delete(look);
          reject(new Error(`no response of ${type ?? 'any type'} within ${deadlineMs} ms`));
        }, deadlineMs);
        this.#arrivals.add(look);
      });
    }
    return this.take(type);
  }

  close(): void {
    this.#link.close();
  }

  #send(type: TypeName, request: DiscoveryRequest): void {
    this.raw({ type_url: typeUrls[type], ...request });
  }

  #answer(response: Received, refusal: DiscoveryRequest): void {
    const names = this.protocol === 'sotw' ? { resource_names: [...this.names(response.type)] } : {};
    this.#nonce.set(response.type, response.nonce);
    this.#send(response.type, { response_nonce: response.nonce, ...names, ...refusal });
  }

  #receive(bytes: Buffer): void {
    const response = this.protocol === 'sotw' ? readSotw(bytes) : readDelta(bytes);
    assert.equal(new Set(response.names).size, response.names.length, 'a name comes twice in a response');
    this.#inbox.push(response);
    for (const arrival of this.#arrivals) arrival();
  }
}

export function line({ type, names, removed }: Received): string {
  return [`${type}:`, ...[...names].sort(), ...[...removed].sort().map((name) => `-${name}`)].join(' ');
}

function readSotw(bytes: Buffer): Received {
  const message = decode('envoy.service.discovery.v3.DiscoveryResponse', bytes);
  const resources = (message.resources ?? []).map((any) => ({ ...readFake(any), version: '' }));
  return finish(message.type_url, message.version_info, message.nonce, resources, [], bytes);
}

function readDelta(bytes: Buffer): Received {
  const message = decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', bytes);
  const resources = (message.resources ?? []).map(({ resource, version, name }) => {
    const read = readFake(resource ?? {});
    assert.equal(read.name, name, 'the name beside the resource is not the one in it');
    return { ...read, version: version ?? '' };
  });
  return finish(message.type_url, message.system_version_info, message.nonce, resources, message.removed_resources ?? [], bytes);
}

function finish(
  typeUrl: string | undefined,
  version: string | undefined,
  nonce: string | undefined,
  resources: readonly ReceivedResource[],
  removed: readonly string[],
  bytes: Buffer,
): Received {
  const type = typeNames.find((each) => typeUrls[each] === typeUrl);
  assert(type !== undefined && nonce !== undefined, 'a response without type or nonce');
  return { type, version: version ?? '', nonce, resources, names: resources.map(({ name }) => name), removed, bytes: bytes.length };
}
