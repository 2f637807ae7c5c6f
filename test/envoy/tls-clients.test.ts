// What clients of all kinds get over TLS: with and without a name, over one HTTP/2 connection for several hosts, with a default certificate.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { connect as connectHttp2, constants } from 'node:http2';
import { after, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { certificateFor } from '../support/certificates.ts';
import { Naru } from '../support/naru.ts';
import { echoService, ingressYaml, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
describe('tls clients', () => {
  // A test of its own, because it takes the time to start an Envoy.
  test('Naru starts with an Envoy', async () => {
    naru = await Naru.start({ defaultCertificate: 'default/fallback' });
  });
  after(() => naru?.stop());

  const given =
    ingressYaml({ name: 'a', host: 'a.shop.test', paths: ['Prefix / a'], tls: ['shop a.shop.test'] }) +
    ingressYaml({ name: 'b', host: 'b.shop.test', paths: ['Prefix / b'], tls: ['shop b.shop.test'] }) +
    ingressYaml({ name: 'own', host: 'own.shop.test', paths: ['Prefix / own'], tls: ['own own.shop.test'] }) +
    ingressYaml({ name: 'wild', host: '*.wild.test', paths: ['Prefix / wild'], tls: ['wild *.wild.test'] }) +
    ingressYaml({ name: 'plain', host: 'plain.test', paths: ['Prefix / plain'] }) +
    tlsSecretYaml('shop', '*.shop.test') +
    tlsSecretYaml('own', 'own.shop.test') +
    tlsSecretYaml('wild', '*.wild.test') +
    echoService('a', 'b', 'own', 'wild', 'plain');
  const fallback = tlsSecretYaml('fallback', 'fallback.test');

  async function handshake(servername: string | undefined, protocols: readonly string[] = []): Promise<TLSSocket> {
    const name = servername === undefined ? {} : { servername };
    const alpn = protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] };
    const socket = connect({ host: '127.0.0.1', port: naru.ports.https, rejectUnauthorized: false, ...name, ...alpn });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return socket;
  }

  /** The names in the certificate that a client gets who asks for a host, or for none. */
  async function certificateNames(servername: string | undefined): Promise<string | undefined> {
    const socket = await handshake(servername);
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    return subjectaltname;
  }

  test('the certificate is that of the host, of the wildcard host above it, or the default one', async () => {
    await naru.given(given + fallback);
    const names: readonly (readonly [string | undefined, string])[] = [
      ['a.shop.test', '*.shop.test'],
      ['A.Shop.Test', '*.shop.test'],
      ['own.shop.test', 'own.shop.test'],
      ['x.wild.test', '*.wild.test'],
      // A certificate serves the hosts of its Ingresses alone, whatever else it covers.
      ['c.shop.test', 'fallback.test'],
      // It covers one label; a client that asks for more gets it nevertheless, and cannot use it.
      ['x.y.wild.test', '*.wild.test'],
      ['plain.test', 'fallback.test'],
      ['nobody.test', 'fallback.test'],
      [undefined, 'fallback.test'],
    ];
    for (const [servername, expected] of names) assert.equal(await certificateNames(servername), `DNS:${expected}`, servername);
    assert.deepEqual(naru.problems, []);
  });

  test('without the Secret of --default-ssl-certificate, Naru makes one, and says so', async () => {
    await naru.given(given);
    const made = await certificateNames(undefined);
    assert.ok(made !== 'DNS:fallback.test');
    assert.deepEqual(
      naru.problems.map(({ code, source }) => `${code} ${source.kind} ${source.namespace}/${source.name}`),
      ['NR401 Secret default/fallback'],
    );
    await naru.given(given + fallback);
    const { certificate } = await naru.get('https://nobody.test/');
    assert.equal(certificate, new X509Certificate((await certificateFor(['fallback.test'])).chain).fingerprint256);
  });

  test('HTTP/2 for who speaks it, else HTTP/1.1', async () => {
    for (const [offered, expected] of [
      [['h2', 'http/1.1'], 'h2'],
      [['http/1.1'], 'http/1.1'],
      [['spdy/3', 'http/1.1'], 'http/1.1'],
      [[], false],
    ] as const) {
      const socket = await handshake('a.shop.test', offered);
      assert.equal(socket.alpnProtocol, expected, offered.join());
      socket.destroy();
    }
  });

  test('all hosts that a certificate covers are served over one HTTP/2 connection', async () => {
    await naru.given(given + fallback);
    const socket = await handshake('a.shop.test', ['h2']);
    const session = connectHttp2('https://any.test', { createConnection: () => socket });
    try {
      for (const [authority, expected] of Object.entries({
        'a.shop.test': 'a',
        'b.shop.test': 'b',
        'own.shop.test': 'own',
        'plain.test': 'plain',
      })) {
        const stream = session.request({ [constants.HTTP2_HEADER_AUTHORITY]: authority });
        const body = (await stream.setEncoding('utf8').toArray()).join('');
        assert.equal((JSON.parse(body) as { service: string }).service, expected, authority);
      }
    } finally {
      session.destroy();
    }
  });
});
