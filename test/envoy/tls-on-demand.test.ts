// Certificates that Envoy asks for when a client first names their host.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import type { TlsPolicy } from '../../src/model/host-tls.ts';
import { certificateFor } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, certificate, hosts, type ModelRows } from '../support/model-source.ts';

const strict: TlsPolicy = { name: 'strict', minimumVersion: 'TLSv1_3' };
const listeners = '^listener_manager\\.(listener_(modified|in_place_updated)|total_.*draining)';

let fleet: ModelFleet;
let counters: string;
describe('tls on demand', () => {
  before(async () => {
    fleet = await ModelFleet.start(['node-1'], { listen: { certificatesOnDemand: true } });
    await fleet.given({
      virtualHosts: named('a.test', 'plain.test', '*.wild.test', 'below.wild.test', 'strict.test', '*'),
      certificates: { ...(await secret('a.test')), ...(await secret('*.wild.test')), ...(await secret('strict.test')) },
      hostCertificates: {
        'a.test': { certificate: 'shop/a.test' },
        '*.wild.test': { certificate: 'shop/*.wild.test' },
        'strict.test': { certificate: 'shop/strict.test', policy: strict },
      },
    });
    counters = await fleet.stats(0, listeners);
  });
  after(() => fleet.stop());

  function named(...names: readonly string[]): NonNullable<ModelRows['virtualHosts']> {
    return hosts(...names.map((hostname) => ({ hostname, routes: [answering('/', hostname, 'web')] })));
  }

  async function secret(name: string, ...more: readonly string[]): Promise<NonNullable<ModelRows['certificates']>> {
    const made = certificate(name, await certificateFor([name, ...more]));
    return { [made.key]: made };
  }

  async function fingerprint(...names: readonly string[]): Promise<string> {
    return new X509Certificate((await certificateFor(names)).chain).fingerprint256;
  }

  /** Fingerprint of the certificate that is shown for a server name, or what the handshake fails with. */
  function shown(servername: string | undefined): Promise<string> {
    return new Promise((resolve) => {
      const name = servername === undefined ? {} : { servername };
      const socket = connect({ host: '127.0.0.1', port: fleet.ports.https, rejectUnauthorized: false, ...name });
      socket.once('secureConnect', () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once('error', ({ message }) => resolve(message));
    });
  }

  test('each host is shown its certificate, a host or client without one the default certificate', async () => {
    assert.equal(await shown('a.test'), await fingerprint('a.test'));
    // Envoy asks for it as the client has written it.
    assert.match(await shown('A.TEST'), /alert handshake failure/);
    assert.equal(await shown('x.wild.test'), await fingerprint('*.wild.test'));
    assert.equal(await shown('strict.test'), await fingerprint('strict.test'));
    const unnamed = await shown(undefined);
    assert.equal(await shown('plain.test'), unnamed);
    assert.equal(await shown('below.wild.test'), unnamed);
  });

  test('a certificate that is replaced, comes or goes is shown at once, and the listener stays as it is', async () => {
    const unnamed = await shown(undefined);
    await fleet.given({ certificates: await secret('a.test', 'second.test') });
    assert.equal(await shown('a.test'), await fingerprint('a.test', 'second.test'));
    await fleet.given({
      virtualHosts: named('new.test'),
      certificates: await secret('new.test'),
      hostCertificates: { 'new.test': { certificate: 'shop/new.test' }, 'a.test': {} },
    });
    assert.equal(await shown('new.test'), await fingerprint('new.test'));
    assert.equal(await shown('a.test'), unnamed);
    await fleet.given({ virtualHosts: { 'new.test': undefined }, hostCertificates: { 'new.test': undefined } });
    await eventually('a host that is gone is refused', async () => ((await shown('new.test')).includes('alert') ? true : undefined));
    assert.equal(await fleet.stats(0, listeners), counters);
  });

  test('names that strangers make up are refused and leave nothing behind', async () => {
    const secrets = async (): Promise<number> => {
      const { body } = await fleet.envoy(0).adminRequest('/config_dump?resource=dynamic_active_secrets');
      const warming = await fleet.envoy(0).adminRequest('/config_dump?resource=dynamic_warming_secrets');
      return [body, warming.body].join('').split('"last_updated"').length;
    };
    const earlier = await secrets();
    const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => shown(`made-up-${index}.test`)));
    assert.deepEqual([...new Set(answers.map((answer) => /alert handshake failure/.test(answer)))], [true]);
    await eventually('they are forgotten', async () => ((await secrets()) === earlier ? true : undefined));
    assert.ok((fleet.ads.proxies()[0]?.types.secrets.resources ?? 0) < 10);
  });
});
