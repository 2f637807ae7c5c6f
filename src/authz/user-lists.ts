import { Client, type ChannelCredentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { discoveryServices } from '../proto/ads-service.ts';
import { decode, type Messages, typeUrl } from '../proto/codec.ts';
import { type Htpasswd, readHtpasswd } from '../model/password-hash.ts';

type Request = Messages['envoy.service.discovery.v3.DeltaDiscoveryRequest'];
type Stream = ClientDuplexStream<Request, Buffer>;

export interface UserListsOptions {
  /** `host:port`, or `unix:/path`. */
  readonly target: string;
  readonly credentials: ChannelCredentials;
  readonly node: { readonly id: string; readonly cluster: string };
  readonly onTrouble: (sentence: string) => void;
}

/** Tells the control plane that this is no Envoy. */
export const helperAgent = 'naru-authz';

const secretUrl = typeUrl('envoy.extensions.transport_sockets.tls.v3.Secret');
/** How long the first request under a new name waits for its users. */
const patienceMs = 2_000;
const firstBackOffMs = 500;
const longestBackOffMs = 10_000;

interface Known {
  readonly version: string;
  readonly users: Htpasswd;
}

/**
 * Users by the name of their Secret, got from the control plane like any proxy gets its secrets: by delta discovery, over a
 * stream that is opened again when it ends. What was known stays known meanwhile.
 */
export class UserLists {
  readonly #options: UserListsOptions;
  readonly #client: Client;
  readonly #wanted = new Set<string>();
  readonly #known = new Map<string, Known>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #stream: Stream | undefined;
  #retry: NodeJS.Timeout | undefined;
  #backOffMs = firstBackOffMs;
  #stopped = false;

  constructor(options: UserListsOptions) {
    this.#options = options;
    this.#client = new Client(options.target, options.credentials);
  }

  start(): void {
    const { path, requestSerialize, responseDeserialize } = discoveryServices.secrets.delta;
    const stream = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#receive(stream, bytes));
    stream.on('error', (error: Error) => this.#lost(stream, error.message));
    stream.on('end', () => this.#lost(stream, 'the control plane ended the stream'));
    const held = [...this.#known].map(([name, { version }]) => [name, version]);
    this.#send({
      node: { ...this.#options.node, user_agent_name: helperAgent },
      initial_resource_versions: Object.fromEntries(held),
      resource_names_subscribe: [...this.#wanted],
    });
  }

  /** The users of a Secret; undefined when there is none of that name, or none came in time. */
  async get(name: string): Promise<Htpasswd | undefined> {
    if (!this.#wanted.has(name)) {
      this.#wanted.add(name);
      this.#send({ resource_names_subscribe: [name] });
      await this.#answered(name);
    } else if (this.#waiting.has(name)) await this.#answered(name);
    return this.#known.get(name)?.users;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#stream?.cancel();
    this.#client.close();
  }

  #answered(name: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting);
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(name);
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      waiting.add(done);
    });
  }

  #send(request: Request): void {
    this.#stream?.write({ type_url: secretUrl, ...request });
  }

  #receive(stream: Stream, bytes: Buffer): void {
    this.#backOffMs = firstBackOffMs;
    const {
      resources = [],
      removed_resources: removed = [],
      nonce = '',
    } = decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', bytes);
    for (const { name = '', version = '', resource } of resources) {
      const secret = (resource ?? {}) as Messages['envoy.extensions.transport_sockets.tls.v3.Secret'];
      const text = Buffer.from(String(secret.generic_secret?.secret?.inline_bytes ?? ''), 'base64').toString('utf8');
      this.#known.set(name, { version, users: readHtpasswd(text) });
    }
    for (const name of removed) this.#known.delete(name);
    for (const name of [...resources.map((each) => each.name ?? ''), ...removed]) for (const done of this.#waiting.get(name) ?? []) done();
    stream.write({ type_url: secretUrl, response_nonce: nonce });
  }

  #lost(stream: Stream, why: string): void {
    if (this.#stream !== stream || this.#stopped) return;
    this.#stream = undefined;
    if (this.#backOffMs === firstBackOffMs)
      this.#options.onTrouble(`The control plane at ${this.#options.target} is not there (${why}); users are as they were last.`);
    this.#retry = setTimeout(() => this.start(), this.#backOffMs);
    this.#backOffMs = Math.min(this.#backOffMs * 2, longestBackOffMs);
  }
}
