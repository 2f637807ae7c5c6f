import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusals } from '../../src/runtime/refusals.ts';
import type { TypeName } from '../../src/snapshot/resource.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { scopeOf } from '../../src/xds/scopes/scope.ts';
import { answering, hosts, ModelSource, type ModelRows, service } from '../support/model-source.ts';

/** Answers written by hand, to snapshots of a Model. */
class Desk {
  readonly source = new ModelSource();
  readonly refusals = new Refusals(this.source.assembly);
  #snapshot: Snapshot | undefined;

  given(rows: ModelRows): void {
    const { snapshot } = this.source.change(rows);
    assert(snapshot !== undefined);
    this.#snapshot = snapshot;
    this.refusals.published(snapshot);
  }

  get #number(): number {
    return this.#snapshot?.number ?? 0;
  }

  answer(proxy: string, type: TypeName, names: readonly string[], refusal?: string, retriesAlone = true): void {
    const answer = { proxy, fleet: 'naru', type, names, snapshot: this.#number, nonce: '', tookMs: 0 };
    this.refusals.answered({ ...answer, ...(refusal === undefined ? {} : { refusal }) }, { retriesAlone });
    this.#follow();
  }

  #follow(): void {
    const taken = this.refusals.take();
    if (taken === undefined) return;
    const { assembly } = this.source;
    const { snapshot } = assembly.pass(new Map([[assembly.quarantine, taken.keys]]), taken.cause);
    if (snapshot !== undefined) {
      this.#snapshot = snapshot;
      this.refusals.published(snapshot);
    }
    this.refusals.passed();
  }

  /** A fresh Envoy runs the newest snapshot. */
  proven(): void {
    assert(this.#snapshot !== undefined);
    this.refusals.proven('fresh', this.#snapshot);
  }

  /** A fresh Envoy refuses these clusters (or `listeners http`) of the newest snapshot; gives back what stays, and why. */
  condemn(...names: readonly string[]): readonly string[] {
    const verdicts = names.map((name) => {
      const [what, resource] = name.startsWith('listeners ') ? (['listeners', name.slice(10)] as const) : (['clusters', name] as const);
      return { what, name: resource, message: 'it is bad' };
    });
    const stays = this.refusals.condemned('fresh', this.#number, verdicts);
    this.#follow();
    return stays;
  }

  /** `hosts a.test`; with a `?` where it is only held back. */
  get quarantine(): readonly string[] {
    const { quarantine } = this.source.assembly;
    return [...quarantine.keys()].sort().map((key) => (quarantine.get(key)?.refusal === undefined ? `${key}?` : key));
  }
}

const names = ['a', 'b', 'c', 'd'];
const clusters = names.map((name) => `shop/${name}/80`);

function services(called: readonly string[] = names): ModelRows {
  const all = called.map((name) => service(name, [80]));
  return {
    upstreams: Object.assign({}, ...all.map(({ upstreams }) => upstreams)) as NonNullable<ModelRows['upstreams']>,
    endpoints: Object.assign({}, ...all.map(({ endpoints }) => endpoints)) as NonNullable<ModelRows['endpoints']>,
  };
}

test('an Envoy that cannot listen where it should takes no listener from the others', () => {
  const desk = new Desk();
  desk.given({});
  desk.answer('one', 'listeners', ['http'], "error adding listener '0.0.0.0:80': cannot bind '0.0.0.0:80': Address already in use");
  assert.deepEqual(desk.quarantine, []);
});

test('what another Envoy runs is not taken from it because one refuses it', () => {
  const desk = new Desk();
  desk.given(services());
  desk.answer('two', 'clusters', clusters);
  desk.answer('one', 'clusters', ['shop/a/80'], 'it is bad');
  assert.deepEqual(desk.quarantine, []);
});

test('a response with several that goes again one by one is waited for, unless Envoy names the bad one', () => {
  const desk = new Desk();
  desk.given(services());
  desk.answer('one', 'clusters', clusters, 'one of them is bad');
  assert.deepEqual(desk.quarantine, []);
  desk.answer('one', 'clusters', clusters, 'Error adding/updating cluster(s) shop/b/80: it is bad');
  assert.deepEqual(desk.quarantine, ['clusters shop/b/80']);
  desk.answer('one', 'clusters', ['shop/c/80'], 'it is bad');
  assert.deepEqual(desk.quarantine, ['clusters shop/b/80', 'clusters shop/c/80']);
});

test('a host is found in what Envoy says by the name of its scope', () => {
  const desk = new Desk();
  const named = ['checkout', 'payment'].map((name) => `${name}.shop.example.com`);
  desk.given({ virtualHosts: hosts(...named.map((hostname) => ({ hostname, routes: [answering('/', hostname, 'web')] }))) });
  const [first = '', second = ''] = named.map(scopeOf);
  desk.answer('one', 'scopes', [first, second], `Error adding/updating scoped route(s): ${second}: it is bad`);
  assert.deepEqual(desk.quarantine, ['hosts payment.shop.example.com shop/web']);
});

test('a whole response is searched by halves', () => {
  const desk = new Desk();
  desk.given(services());
  desk.answer('one', 'clusters', clusters, 'one of them is bad', false);
  assert.deepEqual(desk.quarantine, ['clusters shop/c/80?', 'clusters shop/d/80?']);
  desk.answer('one', 'clusters', ['shop/a/80', 'shop/b/80'], undefined, false);
  assert.deepEqual(desk.quarantine, ['clusters shop/d/80?']);
  desk.answer('one', 'clusters', ['shop/c/80'], undefined, false);
  assert.deepEqual(desk.quarantine, ['clusters shop/d/80']);
});

test('only the Envoy that refused is asked while its culprit is looked for, and when it goes all is let go', () => {
  const desk = new Desk();
  desk.given(services());
  desk.answer('one', 'clusters', clusters, 'one of them is bad', false);
  const held = desk.quarantine;
  desk.answer('two', 'clusters', ['shop/a/80', 'shop/b/80'], undefined, false);
  assert.deepEqual(desk.quarantine, held);
  desk.refusals.expire(new Set(['two']));
  assert.deepEqual(desk.quarantine, []);
  assert.match(desk.refusals.take()?.cause ?? '', /Envoy one did not answer/);
});

test('what a fresh Envoy refuses is believed only when one has run a snapshot before, and not when it is too much', () => {
  const desk = new Desk();
  desk.given(services());
  desk.answer('one', 'clusters', clusters);
  assert.deepEqual(desk.condemn('shop/a/80'), ['cluster shop/a/80 stays, because Envoys of the fleet run it: it is bad']);
  assert.deepEqual(desk.quarantine, []);
  desk.proven();
  const changed = service('e', [80]);
  desk.given(changed);
  desk.answer('one', 'clusters', ['shop/e/80']);
  assert.deepEqual(desk.condemn('shop/e/80'), []);
  assert.deepEqual(desk.quarantine, ['clusters shop/e/80']);
  const many = Array.from({ length: 10 }, (_, index) => `m${index}`);
  desk.given(services(many));
  assert.deepEqual(desk.condemn(...many.map((name) => `shop/${name}/80`)), ['it refuses 11 things, which is too much to be believed']);
  assert.deepEqual(desk.quarantine, []);
});

test('a listener is not taken away because a fresh Envoy refuses it, nor is what a running one refuses kept because a fresh one takes it', () => {
  const desk = new Desk();
  desk.given(services());
  desk.proven();
  assert.deepEqual(desk.condemn('listeners http'), ['listener http stays, because there is no other version of it: it is bad']);
  desk.answer('one', 'clusters', ['shop/a/80'], 'it is bad');
  assert.deepEqual(desk.quarantine, ['clusters shop/a/80']);
});
