// What a real Envoy refuses of a head start is put aside like anything else, and everybody else is served.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, forwarding, hosts, service } from '../support/model-source.ts';
import { refusedIfCalledSo } from '../support/refused-cluster.ts';

let fleet: ModelFleet;

describe('head start', () => {
  before(async () => {
    fleet = await ModelFleet.start(['node-1'], { cluster: refusedIfCalledSo });
  });

  after(() => fleet.stop());

  test('a cluster that is refused before there is a snapshot is put aside in the first one', async () => {
    const answers: (string | undefined)[] = [];
    fleet.ads.acknowledgements.subscribe(({ type, refusal }) => type === 'clusters' && answers.push(refusal));
    const finish = fleet.begin({
      upstreams: { ...service('refused', []).upstreams, ...service('good', []).upstreams },
      endpoints: { ...service('refused', []).endpoints, ...service('good', []).endpoints },
      virtualHosts: hosts(
        { hostname: 'bad.test', routes: [forwarding('/', 'shop/refused/80', 'bad')] },
        { hostname: 'good.test', routes: [answering('/', 'good', 'good')] },
      ),
    });
    await eventually('Envoy refuses a cluster', () => (answers.some((refusal) => refusal !== undefined) ? true : undefined));
    assert.equal(fleet.quarantine.length, 0);
    finish();
    await fleet.settled();
    assert.deepEqual(
      fleet.quarantine.map(({ type, name }) => `${type} ${name}`),
      ['clusters shop/refused/80'],
    );
    assert.equal((await fleet.get('http://bad.test/')).status, 503);
    assert.equal((await fleet.get('http://good.test/')).body, 'good');
  });
});
