import assert from 'node:assert/strict';
import type { Reference, TypeName } from '../../src/snapshot/resource.ts';
import type { Client, Received, ReceivedResource } from './client.ts';
import type { Stage } from './memory-link.ts';

/**
 * Does what an Envoy does of its own accord: asks for endpoints, routes and secrets as clusters and listeners name them,
 * holds back the ACK of clusters while one of them warms, and refuses a response whole when something in it is bad.
 * Fails as soon as a route it runs refers to a cluster it does not have.
 */
export class EnvoyModel {
  readonly #stage: Stage;
  #client: Client;
  #warming = new Set<string>();
  #clustersUnanswered: Received | undefined;
  /** Clusters that may be missing without the server's fault, and names that may come twice. */
  readonly #excused = new Set<string>();

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#client = stage.connect();
    this.#client.subscribeAll('clusters');
    this.#client.subscribeAll('listeners');
  }

  get client(): Client {
    return this.#client;
  }

  /** Works on one response, if there is one. */
  step(): boolean {
    if (this.#client.inbox.length === 0) return false;
    const response = this.#client.take();
    if (response.resources.some(({ content }) => content.startsWith('bad'))) {
      for (const name of [...response.names, ...response.removed]) this.#excused.add(`${response.type}/${name}`);
      this.#client.nack(response);
      return true;
    }
    this.#checkNews(response);
    const before = new Map(this.#client.held('clusters'));
    this.#client.apply(response);
    if (response.type === 'clusters') this.#beginWarming(before, response);
    else this.#client.confirm(response);
    if (response.type === 'endpoints') this.#endWarming(response.names);
    this.#followReferences();
    this.#checkReferences();
    return true;
  }

  /** Envoy gives up waiting for endpoints after a while. */
  giveUpWarming(): void {
    this.#endWarming([...this.#warming]);
  }

  /** Envoy asks again for a route table that it already has. */
  askAgain(): void {
    const [name] = this.#client.names('routes');
    if (name === undefined) return;
    this.#excused.add(`routes/${name}`);
    this.#client.subscribe('routes', [name]);
  }

  /** A new stream: everything is asked for anew, in Envoy's order, with what is held. */
  reconnect(): void {
    const old = this.#client;
    old.close();
    const client = (this.#client = this.#stage.connect());
    this.#warming.clear();
    this.#clustersUnanswered = undefined;
    old.takenOverBy(client);
  }

  #beginWarming(before: ReadonlyMap<string, ReceivedResource>, response: Received): void {
    for (const [name, { content }] of this.#client.held('clusters')) {
      if (before.get(name)?.content !== content) this.#warming.add(name);
    }
    for (const name of this.#warming) if (!this.#client.held('clusters').has(name)) this.#warming.delete(name);
    // After the gate time a second response may come while the first still warms.
    if (this.#clustersUnanswered !== undefined) this.#client.confirm(this.#clustersUnanswered);
    this.#clustersUnanswered = response;
    this.#endWarming([]);
  }

  #endWarming(names: readonly string[]): void {
    for (const name of names) this.#warming.delete(name);
    if (this.#warming.size > 0 || this.#clustersUnanswered === undefined) return;
    this.#client.confirm(this.#clustersUnanswered);
    this.#clustersUnanswered = undefined;
  }

  #followReferences(): void {
    this.#want('endpoints', this.#references('clusters', 'endpoints'));
    this.#want('routes', this.#references('listeners', 'routes'));
    this.#want('secrets', this.#references('listeners', 'secrets'));
    this.#want('extensions', this.#references('listeners', 'extensions'));
  }

  #want(type: TypeName, wanted: ReadonlySet<string>): void {
    const has = this.#client.names(type);
    const gone = [...has].filter((name) => !wanted.has(name));
    const fresh = [...wanted].filter((name) => !has.has(name));
    if (gone.length > 0) this.#client.unsubscribe(type, gone);
    if (fresh.length > 0) this.#client.subscribe(type, fresh);
  }

  #references(from: TypeName, to: TypeName): Set<string> {
    const all = [...this.#client.held(from).values()].flatMap(({ references }): readonly Reference[] => references);
    return new Set(all.filter(({ type }) => type === to).map(({ name }) => name));
  }

  /** Only what is new may come; endpoints also for warming. */
  #checkNews({ type, resources, removed }: Received): void {
    // Connections that are still open may go by it.
    if (type === 'extensions') assert.deepEqual(removed, [], 'an extension was taken away');
    if (this.#client.protocol === 'sotw' || type === 'endpoints') return;
    for (const { name, version } of resources) {
      const same = this.#client.held(type).get(name)?.version === version;
      assert(!same || this.#excused.has(`${type}/${name}`), `${type} ${name} was sent again`);
    }
  }

  #checkReferences(): void {
    for (const [route, { references }] of this.#client.held('routes')) {
      for (const { name } of references) {
        const fine = this.#client.held('clusters').has(name) || this.#excused.has(`clusters/${name}`);
        assert(fine, `route ${route} refers to cluster ${name}, which is not there`);
        const warm = !this.#warming.has(name) || this.#client.held('endpoints').has(name);
        assert(
          warm || this.#excused.has(`clusters/${name}`) || this.#excused.has(`endpoints/${name}`),
          `route ${route} refers to cluster ${name}, which is still warming`,
        );
      }
    }
  }
}
