// Who may read the debug endpoint over the network, by the word of a real API server.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClusterApp, clusterIngress } from '../support/cluster-app.ts';
import { eventually } from '../support/eventually.ts';
import { request } from '../support/request.ts';
import { Served } from '../support/serve.ts';

describe('the debug endpoint in a cluster', () => {
  let app: ClusterApp;
  let naru: Served;

  before(async () => {
    app = await ClusterApp.open('debug');
    naru = await Served.start(app.kubeconfig, [], { debugHost: '0.0.0.0' });
    await naru.accepted(0);
  });
  after(async () => {
    await naru?.stop();
    await app?.close();
  });

  async function ask(path: string, token?: string, method = 'GET'): Promise<readonly [number, string]> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { debug } = naru.ports;
    const { status, body } = await request(
      `http://${app.control.address}:${debug}${path}`,
      { http: debug, https: 0 },
      { address: app.control.address, headers, method },
    );
    return [status, body];
  }

  async function tokenOf(name: string): Promise<string> {
    await app.kubectl('create', 'serviceaccount', name);
    return (await app.kubectl('create', 'token', name)).trim();
  }

  test('a token whose owner is bound to naru-debug may read, others may not', async () => {
    const [reader, stranger] = [await tokenOf('reader'), await tokenOf('stranger')];
    const account = `--serviceaccount=${app.namespace}:reader`;
    await app.kubectl('create', 'clusterrolebinding', app.namespace, '--clusterrole=naru-debug', account);
    assert.equal((await ask('/debug/proxies'))[0], 401);
    assert.equal((await ask('/debug/proxies', 'no-token-of-theirs'))[0], 401);
    const [status, body] = await ask('/debug/proxies', stranger);
    assert.equal(status, 403);
    assert.match(body, /bind the ClusterRole naru-debug/);
    const [allowed, proxies] = await ask('/debug/proxies', reader);
    assert.equal(allowed, 200);
    assert.match(proxies, /"id": "node-1"/);
    assert.equal((await ask('/readyz'))[0], 200);
    assert.match((await ask('/metrics'))[1], /^naru_event_to_ack_seconds_count [1-9]/m);
  });

  test('how much is logged changes who is bound to naru-log-level, for one component and for a time', async () => {
    const [changer, reader] = [await tokenOf('changer'), await tokenOf('looker')];
    const bind = (name: string, role: string, account: string) =>
      app.kubectl(
        'create',
        'clusterrolebinding',
        `${app.namespace}-${name}`,
        `--clusterrole=${role}`,
        `--serviceaccount=${app.namespace}:${account}`,
      );
    await bind('changer', 'naru-log-level', 'changer');
    await bind('looker', 'naru-debug', 'looker');
    const change = '/debug/log-level?level=debug&component=kube&seconds=600';
    const [refused, why] = await ask(change, reader, 'PUT');
    assert.equal(refused, 403);
    assert.match(why, /You may not put the non-resource URL \/debug\/log-level: bind the ClusterRole naru-log-level\./);
    assert.equal((await ask(change, undefined, 'PUT'))[0], 401);
    const [status, body] = await ask(change, changer, 'PUT');
    assert.equal(status, 200, body);
    const { levels } = JSON.parse(body) as { levels: readonly { component: string; level: string; until: string | null }[] };
    assert.deepEqual(
      levels.filter(({ level, until }) => level === 'debug' && until !== null).map(({ component }) => component),
      ['kube'],
    );
    assert.doesNotMatch(naru.log, /"level":"debug"/);
    await app.apply(clusterIngress('logged'));
    const line = await eventually('it is logged', () => /^.*"object":"Ingress \S+\/logged".*$/m.exec(naru.log)?.[0]);
    assert.match(
      line,
      /^\{"level":"debug","time":"[^"]+","component":"kube","object":"[^"]+","by":"kubectl-client-side-apply","msg":"upsert"\}$/,
    );
    assert.doesNotMatch(naru.log, /"level":"debug",[^\n]*"component":"envoys"/);
  });
});
