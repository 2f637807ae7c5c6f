// ssl-ciphers and ssl-prefer-server-ciphers: what clients of TLS 1.2 agree on with hosts that have them, and with their neighbours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, tlsSecretYaml } from '../../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const long = 'ECDHE-ECDSA-AES256-GCM-SHA384';
const short = 'ECDHE-ECDSA-AES128-GCM-SHA256';

/** The suite that is chosen of these, the client's most preferred first. */
function agreed(servername: string, ...ciphers: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const offer = { ciphers: ciphers.join(':'), maxVersion: 'TLSv1.2', rejectUnauthorized: false } as const;
    const socket = connect({ host: '127.0.0.1', port: naru.ports.https, servername, ...offer });
    socket.once('secureConnect', () => {
      resolve(socket.getCipher().name);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

async function given(annotations: Readonly<Record<string, string>>): Promise<void> {
  await naru.given(
    ingressYaml({ name: 'own', host: 'own.test', paths: ['Prefix / web'], tls: ['all own.test'], annotations }) +
      ingressYaml({ name: 'other', host: 'other.test', paths: ['Prefix / web'], tls: ['all other.test'] }) +
      tlsSecretYaml('all', 'own.test', 'other.test') +
      echoService('web'),
  );
}

test('without them all hosts take the suites and the order of the ConfigMap', async () => {
  await given({});
  for (const host of ['own.test', 'other.test']) assert.equal(await agreed(host, long, short), short);
});

test('a host has suites of its own, in its own order, and its neighbour has not', async () => {
  await given({ 'ssl-ciphers': `${long}:${short}` });
  assert.equal(await agreed('own.test', short, long), long);
  assert.equal(await agreed('other.test', short, long), short);
  await given({ 'ssl-ciphers': long });
  await assert.rejects(agreed('own.test', short), /handshake failure/);
  assert.equal(await agreed('other.test', short), short);
});

test('ssl-prefer-server-ciphers: the order of clients goes first where it is off', async () => {
  await given({ 'ssl-prefer-server-ciphers': 'false' });
  assert.equal(await agreed('own.test', long, short), long);
  assert.equal(await agreed('other.test', long, short), short);
  await given({ 'ssl-prefer-server-ciphers': 'true' });
  assert.equal(await agreed('own.test', long, short), short);
});

test('what cannot be read leaves the host as the others', async () => {
  await given({ 'ssl-ciphers': 'HIGH:!aNULL', 'ssl-prefer-server-ciphers': 'maybe' });
  assert.equal(await agreed('own.test', long, short), short);
});
