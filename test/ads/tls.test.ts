// ADS over TLS: who may connect, as what, and with which certificates.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { credentials, status } from '@grpc/grpc-js';
import { fleetsOf } from '../../src/ads/fleet-identity.ts';
import { AdsServer } from '../../src/ads/server.ts';
import { readTlsFiles, type TlsFiles } from '../../src/ads/tls-files.ts';
import { adsTls } from '../../src/cli/servers/ads-security.ts';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { Authority, writePem, type Pem } from './certificates.ts';
import { cluster, Publisher } from './fake-resources.ts';
import { connectGrpc, type GrpcConnection } from './grpc-link.ts';
import { eventually } from './real-envoy.ts';

interface Setting {
  readonly publisher: Publisher;
  readonly server: AdsServer;
  readonly port: number;
  readonly folder: string;
  readonly files: TlsFiles;
  readonly log: string[];
  readonly serverCa: Authority;
  readonly clientCa: Authority;
  readonly connect: (identity: Pem | undefined, serverCa?: Authority) => GrpcConnection;
}

async function start(t: TestContext): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'naru-tls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [serverCa, clientCa] = [await Authority.make('servers'), await Authority.make('clients')];
  const clientCaFile = join(folder, 'client-ca.crt');
  writeFileSync(clientCaFile, clientCa.certificate);
  const files = { ...writePem(folder, 'server', await serverCa.sign({ dns: ['localhost', 'naru'] })), clientCa: clientCaFile };
  const publisher = new Publisher();
  publisher.publish(cluster('a'));
  const log: string[] = [];
  const server = new AdsServer({
    fleets: [publisher.fleet, new Publisher('other').fleet],
    host: '127.0.0.1',
    port: 0,
    tls: files,
    tlsIntervalMs: 20,
    log: (line) => void log.push(line),
  });
  const { port } = await server.start();
  const connections: GrpcConnection[] = [];
  t.after(async () => {
    for (const connection of connections) connection.close();
    await server.stop();
  });
  const connect = (identity: Pem | undefined, signer = serverCa): GrpcConnection => {
    const [key, certificate] =
      identity === undefined ? [null, null] : [Buffer.from(identity.privateKey), Buffer.from(identity.certificate)];
    const given = credentials.createSsl(Buffer.from(signer.certificate), key, certificate);
    const connection = connectGrpc('delta', `localhost:${port}`, { id: 'envoy-1', cluster: 'edge' }, { credentials: given });
    connection.client.subscribeAll('clusters');
    connections.push(connection);
    return connection;
  };
  return { publisher, server, port, folder, files, log, serverCa, clientCa, connect };
}

test('a client whose certificate carries the name of its fleet is served', async (t) => {
  const { clientCa, connect } = await start(t);
  for (const names of [{ dns: ['edge'] }, { uris: ['spiffe://naru.io/fleet/edge'], dns: ['more'] }]) {
    const { client } = connect(await clientCa.sign(names));
    assert.deepEqual((await client.next()).names, ['a']);
  }
});

test('another certificate is no way into a fleet', async (t) => {
  const { clientCa, connect, server, log } = await start(t);
  for (const names of [{ dns: ['other'] }, { commonName: 'edge' }, { uris: ['spiffe://elsewhere/fleet/edge'] }]) {
    const { code, details } = await connect(await clientCa.sign(names)).ended;
    assert.equal(code, status.PERMISSION_DENIED);
    assert.match(details, /does not carry the name of fleet edge .*spiffe:\/\/naru\.io\/fleet\/edge/);
  }
  assert.match((await connect(await clientCa.sign({ dns: ['other'] })).ended).details, /fleets it carries: other$/);
  assert.equal(server.refusals().length, 4);
  assert.equal(log.length, 2, 'the same again is no news');
});

test('without a certificate, or with one of a stranger, there is no stream at all', async (t) => {
  const { serverCa, connect, server } = await start(t);
  for (const identity of [undefined, await serverCa.sign({ dns: ['edge'] })]) {
    assert.equal((await connect(identity).ended).code, status.UNAVAILABLE);
  }
  assert.deepEqual(server.proxies(), []);
});

test('new files count for new connections, files that do not fit together do not', async (t) => {
  const { clientCa, connect, folder, files, log } = await start(t);
  const identity = await clientCa.sign({ dns: ['edge'] });
  const first = connect(identity);
  first.client.ack(await first.client.next());

  const newCa = await Authority.make('new servers');
  const next = await newCa.sign({ dns: ['localhost'] });
  writeFileSync(files.privateKey, next.privateKey);
  await eventually('a complaint', () => log.find((line) => line.includes('stays as it was')));
  assert.deepEqual((await connect(identity).client.next()).names, ['a']);
  writePem(folder, 'server', next);
  await eventually('the change', () => log.find((line) => line.includes('have changed')));
  assert.deepEqual((await connect(identity, newCa).client.next()).names, ['a']);
  assert.equal(log.filter((line) => line.includes('stays as it was')).length, 1);

  const newClients = await Authority.make('new clients');
  writeFileSync(files.clientCa, newClients.certificate);
  await eventually('the second change', () => (log.filter((line) => line.includes('have changed')).length === 2 ? true : undefined));
  assert.deepEqual((await connect(await newClients.sign({ dns: ['edge'] }), newCa).client.next()).names, ['a']);
  assert.equal((await connect(identity, newCa).ended).code, status.UNAVAILABLE);
});

test('a real Envoy connects by its bootstrap', async (t) => {
  const { clientCa, serverCa, folder, port, server } = await start(t);
  const identity = writePem(folder, 'envoy', await clientCa.sign({ uris: ['spiffe://naru.io/fleet/edge'] }));
  const ca = join(folder, 'server-ca.crt');
  writeFileSync(ca, serverCa.certificate);
  const envoy = EnvoyProcess.start({
    envoy: await envoyForTests(),
    bootstrap: {
      nodeId: 'envoy-tls',
      cluster: 'edge',
      adsAddress: { host: '127.0.0.1', port },
      adsTls: { ...identity, serverCa: ca, serverName: 'naru' },
    },
  });
  t.after(() => envoy.stop());
  await eventually('the stream', () => server.proxies().find(({ id, types }) => id === 'envoy-tls' && types.clusters.acknowledged > 0));
});

test('the names of fleets in a certificate', () => {
  const names = (subjectaltname?: string): string[] => [...fleetsOf(subjectaltname === undefined ? {} : { subjectaltname })];
  assert.deepEqual(names(), []);
  assert.deepEqual(names('DNS:edge, IP Address:10.0.0.1, URI:spiffe://naru.io/fleet/shop/web'), ['edge', 'shop/web']);
  assert.deepEqual(names('URI:naru.io/fleet/edge, URI:https://evil.example/naru.io/fleet/core'), ['edge']);
  assert.deepEqual(names('DNS:"other, DNS:edge", DNS:core'), ['core']);
  assert.deepEqual(names('email:a@b.example, DNS:edge'), ['edge']);
});

test('files that are of no use are said clearly', async (t) => {
  const { files, folder } = await start(t);
  assert.throws(() => readTlsFiles({ ...files, certificate: join(folder, 'none') }), /cannot read .*none/);
  assert.throws(() => readTlsFiles({ ...files, privateKey: files.certificate }), /do not make a TLS server/);
});

test('serve: without TLS, ADS stays on this machine unless it is let out', async (t) => {
  const { files, folder } = await start(t);
  const local = { host: '127.0.0.1', port: 18000 };
  const open = { host: '0.0.0.0', port: 18000 };
  const given = { adsTlsCert: files.certificate, adsTlsKey: files.privateKey, adsTlsClientCa: files.clientCa };
  for (const host of ['127.0.0.1', '::1', 'localhost'])
    assert.equal(adsTls({ adsAddress: { ...local, host }, adsInsecure: false }), undefined);
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  assert.equal(adsTls({ adsAddress: local, adsInsecure: true }, warn), undefined);
  assert.deepEqual(warnings, []);
  assert.equal(adsTls({ adsAddress: open, adsInsecure: true }, warn), undefined);
  assert.match(warnings.join(), /not encrypted/);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.example.com']) {
    assert.throws(() => adsTls({ adsAddress: { ...open, host }, adsInsecure: false }), /carries private keys.*--ads-insecure/);
  }
  assert.deepEqual(adsTls({ adsAddress: open, adsInsecure: false, ...given }), files);
  assert.throws(() => adsTls({ adsAddress: local, adsInsecure: false, adsTlsCert: files.certificate }), /give all three/);
  assert.throws(() => adsTls({ adsAddress: open, adsInsecure: false, ...given, adsTlsKey: join(folder, 'none') }), /cannot read/);
});
