// Who may read the debug endpoint over the network, by the word of a real API server.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClusterApp } from '../support/cluster-app.ts';
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

  async function ask(path: string, token?: string): Promise<readonly [number, string]> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { debug } = naru.ports;
    const { status, body } = await request(
      `http://${app.control.address}:${debug}${path}`,
      { http: debug, https: 0 },
      { address: app.control.address, headers },
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
});
