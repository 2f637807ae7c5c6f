import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type BootstrapOptions, renderBootstrap } from '../../src/dev/bootstrap.ts';
import { valueAt } from '../../src/dev/json-tree.ts';
import { packageRoot } from '../../src/dev/package-root.ts';
import { envoyForTests } from './envoy-for-tests.ts';

const ads = ['static_resources', 'clusters', 0] as const;
const address = [...ads, 'load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint', 'address'] as const;
const base: BootstrapOptions = { nodeId: 'a', adsAddress: { host: '127.0.0.1', port: 18000 }, admin: { path: '/tmp/a.sock' } };

describe('renderBootstrap', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'naru-bootstrap-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function validate(file: string): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(await envoyForTests(), ['--mode', 'validate', '-c', file]);
    return stdout + stderr;
  }

  const cases: Readonly<Record<string, BootstrapOptions>> = {
    address: base,
    name: { ...base, cluster: 'edge', adsAddress: { host: 'naru.naru-system.svc', port: 18000 } },
    sockets: { ...base, adsAddress: { path: '/tmp/ads.sock' }, admin: { host: '::1', port: 9901 } },
    zone: { ...base, zone: 'zone-a' },
    limits: { ...base, maxHeapBytes: 400 * 2 ** 20, connectionLimits: { http: 5 } },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(`Envoy accepts it, without a warning: ${name}`, async () => {
      const file = join(folder, `${name}.json`);
      await writeFile(file, JSON.stringify(renderBootstrap(options)));
      const output = await validate(file);
      assert.match(output, /OK/);
      assert.doesNotMatch(output, /deprecat|\[warning\]|\[error\]/i);
    });
  }

  test('Envoy accepts the file as it stands', async () => {
    assert.match(await validate(join(packageRoot(), 'envoy', 'bootstrap.yaml')), /OK/);
  });

  test('who, where from and where to', () => {
    const bootstrap = renderBootstrap({ ...base, cluster: 'edge' });
    assert.deepEqual(bootstrap['node'], { id: 'a', cluster: 'edge' });
    assert.equal(valueAt(renderBootstrap(base), ['node', 'cluster']), 'naru');
    assert.deepEqual(valueAt(bootstrap, address), { socket_address: { address: '127.0.0.1', port_value: 18000 } });
    assert.deepEqual(valueAt(bootstrap, ['admin', 'address']), { pipe: { path: '/tmp/a.sock', mode: 0o600 } });
  });

  test('a DNS name is resolved, an address is not', () => {
    const typeFor = (host: string) => valueAt(renderBootstrap({ ...base, adsAddress: { host, port: 1 } }), [...ads, 'type']);
    assert.deepEqual(['naru.svc', '10.0.0.1', 'fd00::1'].map(typeFor), ['STRICT_DNS', 'STATIC', 'STATIC']);
  });

  test('a controller on a Unix socket gets no TCP options', () => {
    const bootstrap = renderBootstrap({ ...base, adsAddress: { path: '/tmp/ads.sock' } });
    assert.deepEqual(valueAt(bootstrap, address), { pipe: { path: '/tmp/ads.sock' } });
    assert.throws(() => valueAt(bootstrap, [...ads, 'upstream_connection_options']), /has no .*upstream_connection_options/);
  });

  test('limits are those of the file unless they are given', () => {
    const runtime = ['layered_runtime', 'layers', 0, 'static_layer'] as const;
    const limit = (listener: string) => `envoy.resource_limits.listener.${listener}.connection_limit`;
    assert.equal(valueAt(renderBootstrap(base), [...runtime, limit('http')]), 10_000);
    assert.deepEqual(valueAt(renderBootstrap({ ...base, connectionLimits: { shop: 7 } }), runtime), {
      're2.max_program_size.error_level': 1000,
      [limit('shop')]: 7,
    });
  });
});
