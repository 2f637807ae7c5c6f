import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { certificateFor } from '../support/certificates.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

async function fingerprint(...names: readonly string[]): Promise<string> {
  return new X509Certificate((await certificateFor(names)).chain).fingerprint256;
}

const web = echoService('web');

test('each host is served with the certificate of its Secret', async () => {
  await naru.given(
    ingressYaml({ name: 'a', host: 'a.tls.test', paths: ['Prefix / web'], tls: ['a-tls a.tls.test'] }) +
      ingressYaml({ name: 'b', host: 'b.tls.test', paths: ['Prefix / web'], tls: ['b-tls b.tls.test'] }) +
      tlsSecretYaml('a-tls', 'a.tls.test') +
      tlsSecretYaml('b-tls', 'b.tls.test') +
      web,
  );
  for (const name of ['a.tls.test', 'b.tls.test']) {
    const { status, certificate } = await naru.get(`https://${name}/`);
    assert.deepEqual({ status, certificate }, { status: 200, certificate: await fingerprint(name) });
  }
});

test('a wildcard certificate serves hosts below it that the entry lists or that it covers', async () => {
  await naru.given(
    ingressYaml({ name: 'a', host: 'x.wild.test', paths: ['Prefix / web'], tls: ['wild x.wild.test'] }) +
      ingressYaml({ name: 'b', host: 'y.wild.test', paths: ['Prefix / web'], tls: ['wild'] }) +
      tlsSecretYaml('wild', '*.wild.test') +
      web,
  );
  const expected = await fingerprint('*.wild.test');
  assert.equal((await naru.get('https://x.wild.test/')).certificate, expected);
  assert.equal((await naru.get('https://y.wild.test/')).certificate, expected);
  assert.deepEqual(naru.problems, []);
});

test('a certificate that is replaced is served at once, without a new listener', async () => {
  const given = ingressYaml({ name: 'a', host: 'rotate.test', paths: ['Prefix / web'], tls: ['rotate rotate.test'] }) + web;
  await naru.given(given + tlsSecretYaml('rotate', 'rotate.test'));
  const listeners = await naru.stats('listener_manager.listener_(added|modified|in_place_updated)');
  await naru.given(given + tlsSecretYaml('rotate', 'rotate.test', 'second.test'));
  assert.equal((await naru.get('https://rotate.test/')).certificate, await fingerprint('rotate.test', 'second.test'));
  assert.equal(await naru.stats('listener_manager.listener_(added|modified|in_place_updated)'), listeners);
});

test('a Secret that is missing, or of another host, leaves the host served with the default certificate and is named', async () => {
  await naru.given(
    ingressYaml({ name: 'a', host: 'missing.test', paths: ['Prefix / web'], tls: ['nothing missing.test'] }) +
      ingressYaml({ name: 'b', host: 'wrong.test', paths: ['Prefix / web'], tls: ['other wrong.test'] }) +
      tlsSecretYaml('other', 'other.test') +
      web,
  );
  const unknown = (await naru.get('https://nobody.test/')).certificate;
  for (const host of ['missing.test', 'wrong.test']) {
    const { status, certificate } = await naru.get(`https://${host}/`);
    assert.deepEqual({ status, certificate }, { status: 200, certificate: unknown });
  }
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.name} ${source.field}`),
    ['NR401 a spec.tls[0].secretName', 'NR403 b spec.tls[0].secretName'],
  );
});
