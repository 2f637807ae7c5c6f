// Hosts of two TLS policies behind one certificate, on a Model written here: which requests go over which connections.
import assert from 'node:assert/strict';
import { connect, constants } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TlsPolicy } from '../../src/model/host-tls.ts';
import { certificateFor } from '../support/certificates.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, certificate, hosts } from '../support/model-source.ts';

const strict: TlsPolicy = { name: 'strict', minimumVersion: 'TLSv1_3' };
const covered = ['a.test', 'b.test', 'strict.test', '*.strict.test'];
const shared = { certificate: 'shop/all' };

let fleet: ModelFleet;
describe('tls policy', () => {
  before(async () => {
    fleet = await ModelFleet.start(['node-1']);
    await fleet.given({
      certificates: { 'shop/all': certificate('all', await certificateFor(covered)) },
      virtualHosts: hosts(
        ...['a.test', 'b.test', 'plain.test', 'strict.test', '*.strict.test', 'below.strict.test', '*'].map((hostname) => ({
          hostname,
          routes: [answering('/', hostname, 'web')],
        })),
      ),
      hostCertificates: {
        'a.test': shared,
        'b.test': shared,
        'strict.test': { ...shared, policy: strict },
        '*.strict.test': { ...shared, policy: strict },
      },
    });
  });
  after(() => fleet.stop());

  /** The statuses or bodies of requests for these hosts over one HTTP/2 connection that was made for `servername`. */
  async function overOne(servername: string | undefined, authorities: readonly string[]): Promise<string[]> {
    const socket = await handshake(servername, { ALPNProtocols: ['h2'] });
    const session = connect('https://any.test', { createConnection: () => socket });
    try {
      const answers: string[] = [];
      for (const authority of authorities) {
        const stream = session.request({ [constants.HTTP2_HEADER_AUTHORITY]: authority, 'x-naru-chain': 'https/strict' });
        const status = new Promise<number>((resolve) => stream.once('response', (headers) => resolve(headers[':status'] ?? 0)));
        const body = (await stream.setEncoding('utf8').toArray()).join('');
        answers.push((await status) === 200 ? body : String(await status));
      }
      return answers;
    } finally {
      session.destroy();
    }
  }

  function handshake(servername: string | undefined, options: ConnectionOptions = {}): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const name = servername === undefined ? {} : { servername };
      const socket = connectTls({ host: '127.0.0.1', port: fleet.ports.https, rejectUnauthorized: false, ...name, ...options });
      socket.once('secureConnect', () => resolve(socket));
      socket.once('error', reject);
    });
  }

  test('hosts of one policy are served over one connection, those of another are answered 421', async () => {
    assert.deepEqual(await overOne('a.test', ['a.test', 'b.test', 'plain.test', 'strict.test', 'x.strict.test', 'nobody.test']), [
      'a.test',
      'b.test',
      'plain.test',
      '421',
      '421',
      '*',
    ]);
    assert.deepEqual(await overOne('strict.test', ['strict.test', 'x.strict.test', 'a.test', 'below.strict.test', 'nobody.test']), [
      'strict.test',
      '*.strict.test',
      '421',
      '421',
      '*',
    ]);
  });

  test('a client that names no host, or none that is served, reaches no host of another policy', async () => {
    for (const name of [undefined, 'nobody.test']) {
      assert.deepEqual(await overOne(name, ['a.test', 'strict.test', 'x.strict.test']), ['a.test', '421', '421']);
    }
  });

  test('a host below a wildcard of another policy is served with its own', async () => {
    assert.deepEqual(await overOne('below.strict.test', ['below.strict.test', 'strict.test']), ['below.strict.test', '421']);
  });

  test('the policy holds for its own hosts alone, however their names are written', async () => {
    const old: ConnectionOptions = { maxVersion: 'TLSv1.2' };
    const socket = await handshake('a.test', old);
    assert.equal(socket.getProtocol(), 'TLSv1.2');
    socket.destroy();
    for (const name of ['strict.test', 'STRICT.test', 'x.strict.test']) await assert.rejects(handshake(name, old), /protocol version/i);
  });

  test('over plain HTTP every host is served', async () => {
    for (const host of ['a.test', 'strict.test']) assert.equal((await fleet.get(`http://${host}/`)).body, host);
  });
});
