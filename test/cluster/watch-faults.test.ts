// The connection to a real API server dies, or falls silent, in every state of list and watch: no object is lost, none comes back.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { connect } from '../../src/kube/connection.ts';
import { watchKind } from '../../src/kube/watch.ts';
import { Recorder } from '../kube/support/recorder.ts';
import { ApiProxy, type Strike } from '../support/api-proxy.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';

const event = /"type":"(?:ADDED|MODIFIED|DELETED)"/;
const listEnd = /initial-events-end/;
const gone = /"type":"ERROR"/;

type Place = Omit<Strike, 'how'>;

/** While the first list is read. */
const whileListing: Readonly<Record<string, Place>> = {
  'before the headers of a page': { on: 'first page', at: 'before the headers' },
  'after the headers of a page': { on: 'first page', at: 'after the headers' },
  'within a page': { on: 'first page', at: 'half of the body' },
  'between pages': { on: 'next page', at: 'before the headers' },
  'within the second page': { on: 'next page', at: 'half of the body' },
  'before the headers of a streaming list': { on: 'streaming list', at: 'before the headers' },
  'after the headers of a streaming list': { on: 'streaming list', at: 'after the headers' },
  'between objects of a streaming list': { on: 'streaming list', at: { line: /"name":"s4"/, part: 'after' } },
  'within an object of a streaming list': { on: 'streaming list', at: { line: /"name":"s4"/, part: 'within' } },
  'before the end of a streaming list': { on: 'streaming list', at: { line: listEnd, part: 'before' } },
  'within the bookmark that ends a streaming list': { on: 'streaming list', at: { line: listEnd, part: 'within' } },
  'after the end of a streaming list': { on: 'streaming list', at: { line: listEnd, part: 'after' } },
};

/** Afterwards; a watch that has begun is broken first, so that there is another. */
const whileWatching: Readonly<Record<string, Place>> = {
  'before the headers of a watch': { on: 'watch', at: 'before the headers' },
  'after the headers of a watch': { on: 'watch', at: 'after the headers' },
  'before an event': { on: 'watch', at: { line: event, part: 'before' } },
  'within an event': { on: 'watch', at: { line: event, part: 'within' } },
  'after an event': { on: 'watch', at: { line: event, part: 'after' } },
  'before it hears that its version is forgotten': { on: 'watch', at: { line: gone, part: 'before' }, forgotten: true },
  'while it hears that its version is forgotten': { on: 'watch', at: { line: gone, part: 'within' }, forgotten: true },
  'after it has heard that its version is forgotten': { on: 'watch', at: { line: gone, part: 'after' }, forgotten: true },
};

describe('the connection to the API server ends', { concurrency: 4 }, () => {
  let control: ControlPlane;

  before(async () => {
    control = await sharedControlPlane();
  });

  for (const how of ['kill', 'stall'] as const) {
    for (const [place, where] of Object.entries(whileListing)) {
      test(`${place} (${how})`, async () => {
        await using services = await Services.make(control);
        await using proxy = await ApiProxy.start(control.server);
        const struck = proxy.strike({ ...where, how });
        await using watch = await follow(proxy, services.namespace, !where.on.endsWith('page'));
        await struck;
        await services.change();
        await watch.agrees(services);
        await services.change();
        await watch.agrees(services);
      });
    }

    // How the first list came makes no difference to silence.
    for (const streams of how === 'kill' ? [true, false] : [true]) {
      for (const [place, where] of Object.entries(whileWatching)) {
        test(`${place} (${how}, lists ${streams ? 'as streams' : 'in pages'})`, async () => {
          await using services = await Services.make(control);
          await using proxy = await ApiProxy.start(control.server);
          await using watch = await follow(proxy, services.namespace, streams);
          await watch.agrees(services);
          const struck = proxy.strike({ ...where, how });
          proxy.cut();
          await services.change();
          await struck;
          await services.change();
          await watch.agrees(services);
        });
      }
    }
  }

  async function follow(proxy: ApiProxy, namespace: string, streams: boolean): Promise<Watch> {
    const timing = { minDelayMs: 2, maxDelayMs: 20, shortWatchMs: 0, idleMs: 400, listIdleMs: 300 };
    const connection = await connect({ kubeconfig: await proxy.kubeconfig(control.kubeconfig) });
    return new Watch(new Recorder(watchKind(connection, 'Service', { namespace, streams, pageSize: 5, timing })));
  }
});

class Watch {
  readonly #heard: Recorder;

  constructor(heard: Recorder) {
    this.#heard = heard;
  }

  /** Waits until what was heard is what there is, and looks for what was deleted and heard of again. */
  async agrees(services: Services): Promise<void> {
    const expected = (await services.list()).join();
    await this.#heard.reaches(() => this.#heard.all.some(({ type }) => type === 'synced') && this.#known() === expected, 15_000);
    const deleted = new Set<string>();
    for (const one of this.#heard.all) {
      if (one.type === 'delete') deleted.add(one.key);
      if (one.type === 'upsert') assert.ok(!deleted.has(one.key), `${one.key} came back`);
    }
    assert.equal(this.#heard.all.filter(({ type }) => type === 'synced').length, 1);
    assert.deepEqual(this.#heard.failures, []);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#heard.close();
    return Promise.resolve();
  }

  #known(): string {
    const ports = [...this.#heard.objects().values()].flatMap((object) =>
      object.kind === 'Service' ? [`${object.metadata.name} ${object.spec.ports[0]?.port}`] : [],
    );
    return ports.sort().join();
  }
}

/** A namespace with Services in it; a name that was deleted is not used again. */
class Services {
  readonly namespace: string;
  readonly #control: ControlPlane;
  #oldest = 0;
  #next = 0;

  private constructor(control: ControlPlane, namespace: string) {
    this.#control = control;
    this.namespace = namespace;
  }

  static async make(control: ControlPlane): Promise<Services> {
    const services = new Services(control, await control.createNamespace('watch'));
    for (let count = 0; count < 8; count++) await services.#create();
    return services;
  }

  /** One goes, one changes, one comes. */
  async change(): Promise<void> {
    await this.#control.call('DELETE', this.#path(`s${this.#oldest++}`));
    const ports = [{ name: 'http', port: 1000 + this.#next }];
    await this.#control.call('PATCH', this.#path(`s${this.#oldest}`), { spec: { ports } });
    await this.#create();
  }

  /** Name and port of each, as the API server has them now. */
  async list(): Promise<readonly string[]> {
    const { items } = (await this.#control.call('GET', this.#path())) as {
      items: readonly { metadata: { name: string }; spec: { ports: readonly { port: number }[] } }[];
    };
    return items.map(({ metadata, spec }) => `${metadata.name} ${spec.ports[0]?.port}`).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#control.call('DELETE', `/api/v1/namespaces/${this.namespace}`);
  }

  async #create(): Promise<void> {
    const metadata = { name: `s${this.#next++}` };
    await this.#control.call('POST', this.#path(), { metadata, spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] } });
  }

  #path(name = ''): string {
    return `/api/v1/namespaces/${this.namespace}/services/${name}`;
  }
}
