import { Refusals } from '../../src/runtime/refusals.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Pass } from '../../src/runtime/assembly.ts';
import { decode } from '../../src/proto/codec.ts';
import { type Resource, type TypeName, typeNames } from '../../src/snapshot/resource.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { type ModelRows, ModelSource, type ModelSourceOptions } from './model-source.ts';

const proxy = 'node-1';

/** An Envoy without the network: it refuses every resource whose bytes contain BAD, one resource a response. */
export class RefusingEnvoy {
  readonly source: ModelSource;
  readonly #refusals: Refusals;
  readonly #held = new Map<string, Resource>();
  readonly #refused = new Map<string, string>();
  /** What was refused, in order: `clusters shop/web/80`. */
  readonly refusals: string[] = [];
  readonly causes: string[] = [];

  constructor(options?: ModelSourceOptions) {
    this.source = new ModelSource(options);
    this.#refusals = new Refusals(this.source.assembly);
  }

  get problems(): readonly Problem[] {
    return this.source.assembly.problems();
  }

  /** `code object: done` */
  get reports(): readonly string[] {
    return this.problems.map(({ code, source, done }) => `${code} ${source.kind} ${source.name}: ${done}`);
  }

  /** Changes the Model in one batch, and goes on until nothing follows any more. */
  given(rows: ModelRows): void {
    let pass: Pass | undefined = this.source.change(rows);
    for (let count = 0; pass !== undefined; count++) {
      if (count > 200) throw new Error(`no end of it: ${this.causes.slice(-10).join(', ')}`);
      this.causes.push(pass.cause);
      if (pass.snapshot !== undefined) this.#refusals.published(pass.snapshot);
      this.#refusals.passed();
      if (pass.snapshot !== undefined) this.#run(pass.snapshot);
      const taken = this.#refusals.take();
      const { assembly } = this.source;
      pass = taken && assembly.pass(new Map([[assembly.quarantine, taken.keys]]), taken.cause);
    }
  }

  /** `hostname path status` of all routes that it runs; that there is nothing else is not listed. */
  routes(): readonly string[] {
    const scopes = [...this.#held].sort(([a], [b]) => (a < b ? -1 : 1)).filter(([key]) => key.startsWith('scopes '));
    const hosts = scopes.flatMap(([, { bytes }]) => {
      const { route_configuration } = decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes);
      return route_configuration?.virtual_hosts ?? [];
    });
    return hosts.flatMap(({ name, routes: all = [] }) =>
      all.flatMap(({ name: route_name, match, route, direct_response }) => {
        if (route_name === 'not found') return [];
        const to = route?.cluster ?? `${direct_response?.status} ${direct_response?.body?.inline_string?.slice(0, 3)}`;
        return `${name} ${match?.path_separated_prefix ?? match?.prefix} ${to}`;
      }),
    );
  }

  holds(key: string): Buffer | undefined {
    return this.#held.get(key)?.bytes;
  }

  #run({ number, resources }: Snapshot): void {
    for (const type of typeNames) for (const resource of resources[type].values()) this.#take(resource, number);
    for (const key of this.#refused.keys()) {
      const [type, name] = key.split(' ') as [TypeName, string];
      if (!resources[type].has(name)) this.#refused.delete(key);
    }
    // As over the wire: nothing goes while what may need it is refused.
    const settled = ![...this.#refused.keys()].some((key) => /^(?:scopes|listeners) /.test(key));
    for (const type of settled ? typeNames : []) {
      for (const key of this.#held.keys()) {
        const name = key.slice(type.length + 1);
        if (!key.startsWith(`${type} `) || resources[type].has(name)) continue;
        this.#held.delete(key);
        this.#answer(type, name, number, undefined);
      }
    }
    if (this.#refused.size === 0) this.#refusals.accepted({ proxy, fleet: 'naru', snapshot: number, tookMs: 0 });
  }

  #take(resource: Resource, number: number): void {
    const { type, name, version, bytes } = resource;
    const key = `${type} ${name}`;
    if (this.#held.get(key)?.version === version) this.#refused.delete(key);
    else if (this.#refused.get(key) === version) return;
    else if (bytes.includes('BAD')) {
      this.refusals.push(key);
      this.#refused.set(key, version);
      this.#answer(type, name, number, 'it is bad');
    } else {
      this.#held.set(key, resource);
      this.#refused.delete(key);
      this.#answer(type, name, number, undefined);
    }
  }

  #answer(type: TypeName, name: string, snapshot: number, refusal: string | undefined): void {
    const answer = { proxy, fleet: 'naru', type, names: [name], snapshot, nonce: '', tookMs: 0 };
    this.#refusals.answered({ ...answer, ...(refusal === undefined ? {} : { refusal }) }, { retriesAlone: true });
  }
}
