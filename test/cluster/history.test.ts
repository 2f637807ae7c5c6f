// What is told of snapshots and of Envoys, with a real API server that says who changed what, and a real Envoy that refuses something and is
// away for a while.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClusterApp, clusterIngress } from '../support/cluster-app.ts';
import { eventually } from '../support/eventually.ts';
import { runNaru } from '../support/run-naru.ts';
import { Served } from '../support/serve.ts';
import { refusedHost, strictEnvoy } from '../support/strict-envoy.ts';

interface Entry {
  readonly version: number;
  readonly cause: string;
  readonly objects: readonly {
    readonly kind: string;
    readonly name: string;
    readonly verb: string;
    readonly by?: string;
    readonly at?: string;
  }[];
  readonly types: object;
  readonly builtMs: number | null;
  readonly firstAcceptedMs: number | null;
  readonly allAcceptedMs: number | null;
  readonly acceptedBy: number;
  readonly refusedBy: readonly string[];
}

const host = 'nginx.ingress.kubernetes.io/upstream-vhost';

describe('the history of a cluster', () => {
  let app: ClusterApp;
  let naru: Served;
  let strict: Awaited<ReturnType<typeof strictEnvoy>>;

  before(async () => {
    app = await ClusterApp.open('history');
    strict = await strictEnvoy();
    const flags = ['--watch-namespace', app.namespace, '--publish-status-address', '192.0.2.1'];
    naru = await Served.start(app.kubeconfig, flags, { binary: strict.path });
    await naru.accepted(0);
  });
  after(async () => {
    await naru?.stop();
    strict?.remove();
    await app?.close();
  });

  /** The newest first. */
  async function history(): Promise<readonly Entry[]> {
    const { fleets } = (await naru.debug('/debug/snapshots')) as { fleets: readonly { history: readonly Entry[] }[] };
    return fleets[0]?.history ?? [];
  }

  /** What is told of the snapshot that follows, when the Envoy runs it. */
  async function following(act: () => Promise<unknown>): Promise<Entry> {
    const version = ((await history())[0]?.version ?? 0) + 1;
    await act();
    const done = (entry: Entry): boolean => entry.version === version && entry.allAcceptedMs !== null;
    return eventually('the Envoy runs what follows', async () => (await history()).find(done));
  }

  /** What a verb prints that does not end with 0. */
  function naruSaysNo(...args: readonly string[]): Promise<string> {
    return naruSays(...args).then(
      () => assert.fail(`${args.join(' ')} ends with 0`),
      (error: { readonly stdout: string }) => error.stdout,
    );
  }

  function naruSays(...args: readonly string[]): Promise<string> {
    return runNaru(...args, '--server', `http://127.0.0.1:${naru.ports.debug}`);
  }

  test('each snapshot tells the object, what became of it, and who did it', async () => {
    const added = await following(() => app.apply(clusterIngress('one')));
    const [object] = added.objects;
    assert.ok(Math.abs(Date.parse(object?.at ?? '') - Date.now()) < 60_000, object?.at);
    assert.deepEqual(
      { ...object, at: undefined },
      { kind: 'Ingress', namespace: app.namespace, name: 'one', verb: 'added', by: 'kubectl-client-side-apply', at: undefined },
    );
    const more = { added: 1, changed: 0, removed: 0 };
    assert.deepEqual(added.types, { clusters: more, endpoints: more, scopes: more });
    assert.deepEqual([added.acceptedBy, added.refusedBy], [1, []]);
    for (const ms of [added.builtMs, added.firstAcceptedMs, added.allAcceptedMs])
      assert.ok(ms !== null && ms > 0 && ms < 30_000, String(ms));

    // What Naru itself writes makes none, and is nobody's change.
    await eventually('its status is written', async () => ((await app.addresses('one')) === undefined ? undefined : true));
    const controller = ['annotate', 'ingress/one', '--field-manager=rollouts-controller', `${host}=a.test`];
    // An object of its own: Kubernetes says times in whole seconds, and not who of two was the last within one.
    const declare = ['-n', app.namespace, 'apply', '--server-side', '--field-manager=argocd-controller', '-f', '-'];
    const input = JSON.stringify(clusterIngress('two'));
    const causes = [
      (await following(() => app.kubectl(...controller))).cause,
      (await following(() => app.control.kubectl(declare, { input }))).cause,
      (await following(() => app.kubectl('delete', 'ingress/one'))).cause,
    ];
    const [one, two] = ['one', 'two'].map((name) => `Ingress ${app.namespace}/${name}`);
    assert.deepEqual(causes, [`${one} changed by rollouts-controller`, `${two} added by argocd-controller`, `${one} deleted`]);
  });

  test('what an Envoy refuses is a cause, too, with the objects that it is about', async () => {
    const [newest] = await history();
    const bad = JSON.stringify(clusterIngress('bad')).replace('bad.example.com', refusedHost);
    await app.apply(JSON.parse(bad) as object);
    const entries = await eventually('something else is served', async () => {
      const list = (await history()).filter(({ version }) => version > (newest?.version ?? 0)).toReversed();
      return list.length > 1 && list.at(-1)?.allAcceptedMs !== null ? list : undefined;
    });
    assert.deepEqual(entries[0]?.refusedBy, ['node-1']);
    assert.match(entries[0].cause, /^Ingress \S+\/bad added by kubectl-client-side-apply$/);
    for (const { cause, objects } of entries.slice(1)) {
      assert.equal(cause, `Envoy node-1 refused host ${refusedHost}`);
      assert.deepEqual(
        objects.map(({ kind, name, verb, by }) => [kind, name, verb, by]),
        [['Ingress', 'bad', 'refused', 'node-1']],
      );
    }
    assert.match(await naruSays('snapshots'), /^v\d+ .* refused by node-1 +Ingress \S+\/bad added by kubectl-client-side-apply/m);
    // It ends with 1, because something differs.
    const difference = await naruSaysNo('diff', String(newest?.version), String(entries[0].version));
    assert.match(difference, new RegExp(`^Cause: Ingress \\S+/bad added by [\\s\\S]* node-1 refused v${entries[0].version}\\.$`, 'm'));
    assert.match(
      await naruSaysNo('proxies'),
      new RegExp(
        `^NR701 node-1 refused hosts ${refusedHost.replace('*', '\\*')} \\d+s ago, which is put aside: .*program size.*\n {6}from Ingress \\S+/bad\n {6}The host is not served\\.$`,
        'm',
      ),
    );
    await app.kubectl('delete', 'ingress/bad');
    await eventually('nothing is put aside any more', () => naruSays('proxies').catch(() => undefined));
  });

  test('an Envoy that is away lacks what came meanwhile, and is told what it is about', async (t) => {
    naru.signalEnvoy('SIGSTOP');
    t.after(() => naru.signalEnvoy('SIGCONT'));
    await app.apply(clusterIngress('late'));
    const waiting = await eventually('there is something that it lacks', async () =>
      (await history()).find(({ cause }) => cause.includes('/late added')),
    );
    assert.deepEqual([waiting.firstAcceptedMs, waiting.allAcceptedMs, waiting.acceptedBy], [null, null, 0]);
    const { proxies } = (await naru.debug('/debug/proxies')) as {
      proxies: readonly { types: Readonly<Record<string, { lag: { versions: number; ms: number; sources: readonly string[] } | null }>> }[];
    };
    const { scopes, clusters } = proxies[0]?.types ?? {};
    assert.deepEqual([scopes?.lag?.versions, clusters?.lag], [1, null]);
    assert.match(scopes?.lag?.sources.join() ?? '', /^Ingress \S+\/late/);
    assert.match(await naruSays('proxies'), new RegExp(`^node-1 .* sent v${waiting.version} .* 1 v, `, 'm'));
    naru.signalEnvoy('SIGCONT');
    await eventually('it has everything', async () =>
      (await history()).find(({ version, allAcceptedMs }) => version === waiting.version && allAcceptedMs !== null),
    );
  });
});
