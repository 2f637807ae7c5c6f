// A kind of a custom resource definition comes and goes while it is followed. The row is one that only this test has.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from '../../src/kube/connection.ts';
import { kinds } from '../../src/kube/kinds.ts';
import { watchRow } from '../../src/kube/watch.ts';
import { print, Recorder } from '../kube/support/recorder.ts';
import { accountWith } from '../support/account.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';

const group = 'optional.naru.test';
const row = { ...kinds.IngressClass, apiVersion: `${group}/v1`, path: `/apis/${group}/v1/lanterns`, optional: true } as const;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const timing = { minDelayMs: 2, maxDelayMs: 20, slowDelayMs: 20, shortWatchMs: 0 };

const definition = {
  metadata: { name: `lanterns.${group}` },
  spec: {
    group,
    scope: 'Cluster',
    names: { plural: 'lanterns', singular: 'lantern', kind: 'Lantern', listKind: 'LanternList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

describe('an optional kind', () => {
  let control: ControlPlane;

  before(async () => {
    control = await sharedControlPlane();
  });
  after(() => control?.kubectl(['delete', 'customresourcedefinition', definition.metadata.name, '--ignore-not-found']));

  /** The API server needs a moment until it serves a kind. */
  async function light(name: string): Promise<void> {
    const lantern = { apiVersion: row.apiVersion, kind: 'Lantern', metadata: { name }, spec: { controller: 'example.com/lantern' } };
    await eventually(`${name} is made`, async () =>
      control.call('POST', row.path, lantern).then(
        () => true,
        () => undefined,
      ),
    );
  }

  for (const streams of [true, false]) {
    test(`that is not there, comes, goes and comes again (lists ${streams ? 'as streams' : 'in pages'})`, async () => {
      const troubles: string[] = [];
      const connection = await connect({ kubeconfig: control.kubeconfig });
      const events = new Recorder(watchRow(connection, row, { streams, timing, onTrouble: (sentence) => void troubles.push(sentence) }));
      await events.until(({ type }) => type === 'synced', 20_000);

      await control.call('POST', definitions, definition);
      await light('one');
      await events.until((event) => event.type === 'upsert', 20_000);
      // The API server ends the watches of a kind that goes.
      await control.call('DELETE', `${definitions}/${definition.metadata.name}`);
      await events.until((event) => event.type === 'delete', 20_000);
      await eventually('the definition is gone', async () =>
        control.call('GET', `${definitions}/${definition.metadata.name}`).then(
          () => undefined,
          () => true,
        ),
      );

      await control.call('POST', definitions, definition);
      await light('two');
      await events.until((event) => event.type === 'upsert', 20_000);
      events.close();
      assert.deepEqual(
        events.all.map(print),
        ['synced IngressClass', 'upsert IngressClass one', 'delete IngressClass one', 'upsert IngressClass two'],
        troubles.join('\n'),
      );
      assert.deepEqual(
        troubles.filter((sentence) => sentence.includes('404')),
        [],
      );
      await control.kubectl(['delete', 'customresourcedefinition', definition.metadata.name]);
    });
  }

  test('that a role does not know holds up nobody, and is asked for', async () => {
    const { connection } = await accountWith(control, { rules: [] });
    const troubles: string[] = [];
    const events = new Recorder(watchRow(connection, row, { timing, onTrouble: (sentence) => void troubles.push(sentence) }));
    await events.until(({ type }) => type === 'synced', 20_000);
    events.close();
    assert.match(troubles[0] ?? '', /answered 403.*Naru's role needs the verbs list and watch for lanterns/);
  });
});
