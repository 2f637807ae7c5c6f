// Envoys that a Gateway has for itself: what they refuse is put aside for them, and for nobody else.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { fleetOfGateway, type Listener, listenerKey } from '../../src/model/listener.ts';
import { hostKey, type VirtualHost } from '../../src/model/virtual-host.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, forwarding, hosts, service, tooMuch } from '../support/model-source.ts';
import { refusedIfCalledSo } from '../support/refused-cluster.ts';
import { request } from '../support/request.ts';

const own = fleetOfGateway('shop/web');
let fleet: ModelFleet;
let listener: Listener;

/** A host at the listener of the Gateway. */
function ofGateway(hostname: string, routes: VirtualHost['routes']): Readonly<Record<string, VirtualHost>> {
  return { [hostKey(hostname, listener.key)]: { hostname, routes, listener: listener.key } };
}

async function ask(hostname: string): Promise<string> {
  const { status, body } = await request(`http://${hostname}/`, { http: listener.port, https: 0 }, { address: '127.0.0.1' });
  return `${status} ${body}`.trim();
}

describe('own fleets', () => {
  before(async () => {
    fleet = await ModelFleet.start(['shared-1'], { cluster: refusedIfCalledSo });
    const place = { address: '127.0.0.1', port: await choosePort(0), transport: 'tcp', fleet: own } as const;
    const chains = [{ name: 'http', takes: { type: 'requests' } }] as const;
    listener = { ...place, key: listenerKey(place), chains, sources: [{ kind: 'Gateway', namespace: 'shop', name: 'web' }] };
    fleet.change({
      listeners: { [listener.key]: listener },
      virtualHosts: {
        ...hosts({ hostname: 'edge.test', routes: [answering('/', 'edge', 'edge')] }),
        ...ofGateway('a.test', [answering('/', 'a', 'a')]),
        ...ofGateway('b.test', [answering('/', 'b', 'b')]),
      },
    });
    await fleet.addEnvoy('own-1', own);
    await fleet.settled();
  });

  after(() => fleet.stop());

  test('each Envoy has what is its own, and both run the same number', async () => {
    assert.deepEqual([await ask('a.test'), await ask('edge.test')], ['200 a', '404']);
    assert.equal((await fleet.get('http://edge.test/')).body, 'edge');
    assert.equal(await fleet.status('http://a.test/'), 404);
    await fleet.given({ virtualHosts: hosts({ hostname: 'edge.test', routes: [answering('/', 'edge 2', 'edge')] }) });
    const [shared, its] = fleet.views;
    assert.equal(shared?.current?.number, its?.current?.number);
    // Its history tells of what it got, and the change was not for it.
    assert.equal(its?.name, own);
    assert.ok((shared?.history.length ?? 0) > its.history.length);
  });

  test('of two hosts that change at once one is refused: it stays as it was, the other is new, and its object is named', async () => {
    await fleet.given({
      virtualHosts: { ...ofGateway('a.test', [answering('/', 'a 2', 'a')]), ...ofGateway('b.test', [answering('/', tooMuch, 'b')]) },
    });
    assert.deepEqual([await ask('a.test'), await ask('b.test')], ['200 a 2', '200 b']);
    const [shared, its] = fleet.views;
    assert.deepEqual(shared?.quarantine, []);
    assert.deepEqual(
      its?.quarantine?.map(({ proxy, name }) => `${proxy}: ${name}`),
      [`${own}/own-1: b.test@${listener.key}`],
    );
    assert.deepEqual(
      fleet.problems.map(({ code, source, message }) => `${code} ${source.name}: ${message}`),
      [`NR701 b: Envoy ${own}/own-1 refused host b.test@${listener.key}: response body size is 5000 bytes; maximum is 4096`],
    );
    await fleet.given({ virtualHosts: ofGateway('b.test', [answering('/', 'b 2', 'b')]) });
    assert.deepEqual([await ask('b.test'), fleet.problems], ['200 b 2', []]);
  });

  test('a cluster that an Ingress needs, too, is put aside because the shared Envoys refuse it', async () => {
    const { upstreams, endpoints } = service('refused', [1]);
    await fleet.given({
      upstreams,
      endpoints,
      virtualHosts: {
        ...hosts({ hostname: 'edge.test', routes: [forwarding('/', 'shop/refused/80', 'edge')] }),
        ...ofGateway('a.test', [forwarding('/', 'shop/refused/80', 'a')]),
      },
    });
    assert.deepEqual(
      fleet.views.map(({ quarantine }) => quarantine?.map(({ name, proxy }) => `${proxy}: ${name}`)),
      [['shared-1: shop/refused/80'], []],
    );
    assert.equal(await ask('a.test'), '503 Service Unavailable');
    assert.equal(await fleet.status('http://edge.test/'), 503);
    assert.equal(await ask('b.test'), '200 b 2');
  });
});
