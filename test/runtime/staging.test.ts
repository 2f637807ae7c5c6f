import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { Fleet, type SnapshotListener } from '../../src/ads/fleet.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';
import { makeResource } from '../../src/xds/make-resource.ts';
import { FakeClock } from '../ads/fake-clock.ts';

/** A stream that notes which snapshots it is given, and with which address of the endpoints. */
class Stream implements SnapshotListener {
  readonly got: string[] = [];
  readonly #source: ReturnType<Fleet['member']>;

  constructor(fleet: Fleet, id: string, options?: { readonly proves: boolean }) {
    this.#source = fleet.member(id, options);
    this.#source.join(this);
  }

  get current(): number | undefined {
    return this.#source.current?.number;
  }

  publish(snapshot: Snapshot): void {
    const endpoints = snapshot.resources.endpoints.get('web')?.bytes.toString('latin1') ?? '';
    this.got.push(`${snapshot.number}${/10\.0\.0\.\d/.exec(endpoints)?.[0].slice(-1).padStart(2, ' ') ?? ''}`);
  }

  leave(): void {
    this.#source.leave(this);
  }
}

class Stage {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly fleet: Fleet;
  readonly #snapshots = new Snapshots('naru');

  constructor(prover?: string) {
    const log = (line: string): void => void this.log.push(line);
    this.fleet = new Fleet('naru', { clock: this.clock, log, ...(prover === undefined ? {} : { prover }) });
  }

  join(...ids: readonly string[]): Stream[] {
    return ids.map((id) => new Stream(this.fleet, id));
  }

  /** A change of the cluster `web`, or only of the address of its endpoints. */
  publish(change: { readonly timeout?: number; readonly address?: number }): void {
    const parts = { name: 'web', references: [], sources: [] };
    const address = { socket_address: { address: `10.0.0.${change.address}`, port_value: 80 } };
    const snapshot = this.#snapshots.next(
      new Map([
        [
          'clusters',
          new Map(
            change.timeout === undefined
              ? []
              : [['web', makeResource('clusters', { name: 'web', connect_timeout: `${change.timeout}s` }, parts)]],
          ),
        ],
        [
          'endpoints',
          new Map(
            change.address === undefined
              ? []
              : [
                  [
                    'web',
                    makeResource('endpoints', { cluster_name: 'web', endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] }, parts),
                  ],
                ],
          ),
        ],
      ]),
      { cause: 'test', time: 0, summarise: () => '' },
    );
    assert(snapshot !== undefined);
    this.fleet.publish(snapshot);
  }
}

test('one Envoy alone gets everything at once; of two the older tries it first', () => {
  const stage = new Stage();
  const [first] = stage.join('one');
  stage.publish({ timeout: 1 });
  const [second] = stage.join('two');
  stage.publish({ timeout: 2 });
  assert.deepEqual([first?.got, second?.got], [['1', '2'], []]);
  assert.deepEqual([first?.current, second?.current], [2, 1]);
  stage.fleet.accepted('one', 2);
  assert.deepEqual([first?.got, second?.got], [['1', '2'], ['2']]);
  const [third] = stage.join('three');
  assert.equal(third?.current, 2);
});

test('what comes while one is tried waits for the answer, and only the newest of it is tried', async () => {
  const stage = new Stage();
  const [first, second] = stage.join('one', 'two');
  for (const timeout of [1, 2, 3]) stage.publish({ timeout });
  assert.deepEqual([first?.got, second?.got], [['1'], []]);
  stage.fleet.accepted('one', 1);
  await turn();
  assert.deepEqual([first?.got, second?.got], [['1', '3'], ['1']]);
  stage.fleet.accepted('one', 3);
  assert.deepEqual(second?.got, ['1', '3']);
});

test('what is refused is replaced by what comes next, and nobody else gets it', async () => {
  const stage = new Stage();
  const [first, second] = stage.join('one', 'two');
  stage.publish({ timeout: 1 });
  stage.fleet.accepted('one', 1);
  stage.publish({ timeout: 2 });
  stage.fleet.refused('one', 2);
  stage.publish({ timeout: 3 });
  await turn();
  stage.fleet.accepted('one', 3);
  assert.deepEqual(
    [first?.got, second?.got],
    [
      ['1', '2', '3'],
      ['1', '3'],
    ],
  );
});

test('endpoints go to all at once, also while something else is tried', async () => {
  const stage = new Stage();
  const [first, second] = stage.join('one', 'two');
  stage.publish({ timeout: 1, address: 1 });
  stage.fleet.accepted('one', 1);
  stage.publish({ address: 2 });
  assert.deepEqual(
    [first?.got, second?.got],
    [
      ['1 1', '2 2'],
      ['1 1', '2 2'],
    ],
  );
  stage.publish({ timeout: 3 });
  stage.publish({ address: 4 });
  assert.deepEqual(second?.got.slice(2), ['2 4'], 'a newer address of what it runs');
  stage.fleet.accepted('one', 3);
  assert.deepEqual(second?.got.slice(3), ['3 4'], 'the address does not go back');
  await turn();
  stage.fleet.accepted('one', 4);
  assert.deepEqual([first?.got.slice(2), second?.got.slice(4)], [['3 2', '4 4'], ['4 4']]);
});

test('an Envoy that does not answer is passed over after a while, which is said once', () => {
  const stage = new Stage();
  const [first, second] = stage.join('one', 'two');
  stage.publish({ timeout: 1 });
  stage.clock.advance(5_000);
  assert.deepEqual([first?.got, second?.got], [['1', '1'], ['1']]);
  assert.deepEqual(stage.log, ['proxy one did not accept snapshot 1 within 5000 ms: all get it']);
  stage.publish({ timeout: 2 });
  assert.deepEqual([first?.got.at(-1), second?.got.at(-1)], ['1', '2'], 'the other one tries it');
  stage.fleet.accepted('two', 2);
  assert.equal(first?.got.at(-1), '2');
  stage.fleet.accepted('one', 2);
  stage.publish({ timeout: 3 });
  assert.deepEqual([first?.got.at(-1), second?.got.at(-1)], ['3', '2'], 'it answers again');
});

test('when the one that tries it goes away, another tries it; the last one just gets it', () => {
  const stage = new Stage();
  const [first, second, third] = stage.join('one', 'two', 'three');
  stage.publish({ timeout: 1 });
  first?.leave();
  assert.deepEqual([second?.got, third?.got], [['1'], []]);
  second?.leave();
  assert.deepEqual(third?.got, ['1']);
});

test('an Envoy kept for the purpose tries everything, even while it is alone', () => {
  const stage = new Stage('proof');
  const [node, proof] = stage.join('node-1', 'proof-1');
  stage.publish({ timeout: 1 });
  assert.deepEqual([node?.got, proof?.got], [[], ['1']]);
  stage.fleet.accepted('node-1', 1);
  assert.deepEqual(node?.got, []);
  stage.fleet.accepted('proof-1', 1);
  assert.deepEqual(node?.got, ['1']);
  proof?.leave();
  stage.publish({ timeout: 2 });
  assert.deepEqual(node?.got, ['1', '2']);
});

test('streams that carry one type each prove nothing: they get everything at once', () => {
  const stage = new Stage();
  const streams = ['a', 'a', 'b', 'b'].map((id) => new Stream(stage.fleet, id, { proves: false }));
  stage.publish({ timeout: 1 });
  for (const { got } of streams) assert.deepEqual(got, ['1']);
});
