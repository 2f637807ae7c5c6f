import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test, type TestContext } from 'node:test';
import { type EnvoyEvent, EnvoyProcess, type EnvoyProcessOptions } from '../../src/dev/envoy-process.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { envoyForTests } from './envoy-for-tests.ts';
import { eventually } from './poll.ts';

// Nothing listens on port 9: what is tested here needs no controller.
const bootstrap = { nodeId: 'laptop', adsAddress: { host: '127.0.0.1', port: 9 } };

function start(t: TestContext, options: EnvoyProcessOptions): EnvoyProcess {
  const envoy = EnvoyProcess.start(options);
  t.after(() => envoy.stop());
  return envoy;
}

async function nodeId(envoy: EnvoyProcess): Promise<unknown> {
  const { status, body } = await envoy.adminRequest('/server_info');
  assert.equal(status, 200);
  return JSON.parse(body).node.id;
}

function folderOf(envoy: EnvoyProcess): string {
  assert.ok('path' in envoy.admin);
  return dirname(envoy.admin.path);
}

/** All members of a process group that are not zombies. */
function groupMembers(group: number): readonly string[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pgid=,stat=,args=']).toString().split('\n');
  return lines.filter((line) => new RegExp(`^ *${group} +[^Z]`).test(line));
}

describe('EnvoyProcess', () => {
  test('runs with the rendered bootstrap, in a folder of its own', async (t) => {
    const envoy = start(t, { envoy: await envoyForTests(), bootstrap });
    assert.equal(await eventually(() => nodeId(envoy)), 'laptop');
    assert.equal((await envoy.adminRequest('/ready')).status, 503);
    assert.equal((await envoy.adminRequest('/quitquitquit', 'POST')).status, 403);
    assert.equal(statSync(folderOf(envoy)).mode & 0o777, 0o700);
    assert.equal(statSync(join(folderOf(envoy), 'admin.sock')).mode & 0o777, 0o600);

    const { pid } = envoy;
    assert.ok(pid !== undefined && groupMembers(pid).length > 1);
    await Promise.all([envoy.stop(), envoy.stop()]);
    assert.equal(envoy.pid, undefined);
    assert.deepEqual(groupMembers(pid), []);
    assert.equal(existsSync(folderOf(envoy)), false);
  });

  test('the admin interface can be on a port', async (t) => {
    const admin = { host: '127.0.0.1', port: await choosePort(0) };
    const envoy = start(t, { envoy: await envoyForTests(), bootstrap: { ...bootstrap, admin } });
    assert.equal(await eventually(() => nodeId(envoy)), 'laptop');
  });

  test('is started again when it dies, with the same folder', async (t) => {
    const events: EnvoyEvent[] = [];
    const envoy = start(t, { envoy: await envoyForTests(), bootstrap, onEvent: (event) => events.push(event) });
    await eventually(() => nodeId(envoy));
    const first = envoy.pid;
    assert.ok(first !== undefined);
    process.kill(first, 'SIGKILL');
    await eventually(() => assert.equal(events.filter((event) => event.type === 'started').length, 2));
    assert.notEqual(envoy.pid, first);
    assert.equal(await eventually(() => nodeId(envoy)), 'laptop');
    assert.deepEqual(groupMembers(first), []);
    const exited = events.find((event) => event.type === 'exited');
    assert.equal(exited?.signal, 'SIGKILL');
    assert.equal(exited.restartInMs, 200);
  });

  test('one that never starts is tried ever less often; its words are kept', async (t) => {
    const exits: EnvoyEvent[] = [];
    const onEvent = (event: EnvoyEvent) => event.type === 'exited' && exits.push(event);
    const envoy = start(t, { envoy: '/no/such/envoy', bootstrap, onEvent });
    await eventually(() => assert.ok(exits.length >= 3));
    await envoy.stop();
    assert.deepEqual(
      exits.slice(0, 3).map((exit) => exit.type === 'exited' && exit.restartInMs),
      [200, 400, 800],
    );
    assert.match(envoy.log.join('\n'), /\/no\/such\/envoy: not found|No such file/);
    const count = exits.length;
    assert.equal(envoy.pid, undefined);
    assert.equal(exits.length, count);
  });

  for (const signal of ['SIGKILL', 'SIGUSR2'] as const) {
    test(`does not outlive us: ${signal === 'SIGKILL' ? 'kill -9' : 'process.exit'}`, async () => {
      const program = join(import.meta.dirname, 'start-envoy-and-wait.ts');
      const us = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'], env: environmentOfANode() });
      const line = await new Promise<string>((resolve) => createInterface({ input: us.stdout }).once('line', resolve));
      const { pid, admin } = JSON.parse(line) as { pid: number; admin: { path: string } };
      await eventually(() => assert.ok(existsSync(admin.path)));
      us.kill(signal);
      await eventually(() => {
        assert.deepEqual(groupMembers(pid), []);
        assert.equal(existsSync(dirname(admin.path)), false);
      });
    });
  }
});

/** Without what tells a child of the test runner to report to it. */
function environmentOfANode(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return environment;
}
