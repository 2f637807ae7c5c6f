// Two real Envoys: one tries each snapshot, the other gets what that one has accepted.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Fleet } from '../../src/ads/fleet.ts';
import { eventually } from '../support/eventually.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, hosts, service, tooMuch } from '../support/model-source.ts';

let fleet: ModelFleet;

describe('staged', () => {
  before(async () => {
    fleet = await ModelFleet.start(['node-1', 'node-2'], { fleet: new Fleet('naru', {}) });
    await fleet.given({ virtualHosts: hosts({ hostname: 'a.test', routes: [answering('/', 'first', 'a')] }) });
  });

  after(() => fleet.stop());

  const rejections = '(update_rejected|lds.update_rejected)';

  function row(name: string, body: string) {
    return { hostname: `${name}.test`, routes: [answering('/', body, name)] };
  }

  test('a good change reaches the second Envoy after the first has accepted it', async (t) => {
    const order: string[] = [];
    const listening = fleet.ads.acknowledgements.subscribe(({ proxy, type }) => order.push(`${proxy} ${type}`));
    await fleet.given({ virtualHosts: hosts(row('a', 'second')) });
    listening.unsubscribe();
    assert.deepEqual(order, ['node-1 scopes', 'node-2 scopes']);
    t.diagnostic(order.join(', '));
  });

  test('what the first refuses the second never sees', async (t) => {
    const all = (bodyOf: (index: number) => string) => hosts(...Array.from({ length: 20 }, (_, index) => row(`h${index}`, bodyOf(index))));
    await fleet.given({ virtualHosts: all(() => 'old') });
    const tookMs = await fleet.given({ virtualHosts: all((index) => (index === 2 || index === 11 ? tooMuch : 'new')) });
    t.diagnostic(`${Math.round(tookMs)} ms until both run all that is served`);
    assert(tookMs < 2_000);
    assert.equal(fleet.problems.length, 2);
    assert.match(await fleet.stats(0, rejections), /rds\.ingress\.update_rejected: [1-9]/);
    assert.equal(await fleet.stats(1, rejections), '');

    await fleet.given({ virtualHosts: all(() => 'corrected') });
    assert.deepEqual(fleet.problems, []);
    assert.equal(await fleet.stats(1, rejections), '');
  });

  test('what it costs: a change accepted by both, staged and not', async (t) => {
    // From the publication until the second of them has accepted.
    const times = async (of: ModelFleet): Promise<number> => {
      const took = new Map<number, number>();
      const listening = of.ads.accepted.subscribe(({ snapshot, tookMs }) => took.set(snapshot, tookMs));
      for (let count = 0; count < 50; count++) await of.given({ virtualHosts: hosts(row('cost', String(count))) });
      listening.unsubscribe();
      return [...took.values()].sort((a, b) => a - b)[25] ?? NaN;
    };
    const staged = await times(fleet);
    const direct = await ModelFleet.start(['node-3', 'node-4']);
    t.after(() => direct.stop());
    await direct.given({ virtualHosts: hosts(row('a', 'first')) });
    t.diagnostic(`median of 50: ${staged.toFixed(1)} ms staged, ${(await times(direct)).toFixed(1)} ms at once`);
    assert(staged < 500);
  });

  test('endpoints go to both at once', async () => {
    const web = service('web', [81]);
    await fleet.given({ ...web, virtualHosts: hosts(row('b', 'x')) });
    const number = fleet.assembly.current?.number ?? 0;
    fleet.change({ endpoints: service('web', [82]).endpoints });
    const held = fleet.ads.proxies().map(({ types }) => types.endpoints.sent);
    assert.deepEqual(held, [number + 1, number + 1]);
    await fleet.settled();
  });

  test('without an Envoy to try it, the second gets everything at once', async () => {
    await fleet.stopEnvoy(0);
    await eventually('node-1 goes', () => (fleet.ads.proxies().length === 1 ? true : undefined));
    await fleet.given({ virtualHosts: hosts(row('a', 'alone')) });
    assert.equal((await fleet.get('http://a.test/')).body, 'alone');
  });
});
