// Envoy's own counters, while connections are kept open and TLS hosts and certificates come and go.
import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../support/certificates.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, certificate, hosts, type ModelRows } from '../support/model-source.ts';

let fleet: ModelFleet;
let session: ClientHttp2Session;
let ended = '';
// Within a suite: hooks of a file run before the tests of all files.
describe('the counters of an Envoy', () => {
  before(async () => {
    fleet = await ModelFleet.start(['node-1']);
    await fleet.given({ ...named('kept.test', 'other.test', 'late.test'), ...(await tls('kept.test')) });
    await fleet.given(await tls('other.test'));
    session = connect(`https://kept.test`, {
      host: '127.0.0.1',
      port: fleet.ports.https,
      servername: 'kept.test',
      rejectUnauthorized: false,
    });
    session.on('goaway', () => (ended = 'it was sent away'));
    session.on('close', () => (ended ||= 'it was closed'));
    session.on('error', (error) => (ended = String(error)));
    assert.equal(await ask(), 200);
  });
  after(async () => {
    session.destroy();
    await fleet.stop();
  });

  function named(...names: readonly string[]): ModelRows {
    return { virtualHosts: hosts(...names.map((hostname) => ({ hostname, routes: [answering('/', hostname, 'web')] }))) };
  }

  async function tls(host: string, ...more: readonly string[]): Promise<ModelRows> {
    const made = certificate(host, await certificateFor([host, ...more]));
    return { certificates: { [made.key]: made }, hostCertificates: { [host]: { certificate: made.key } } };
  }

  /** Status of a request over the connection that is kept open. */
  function ask(): Promise<number> {
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':authority': 'kept.test' });
      stream.once('response', (headers) => resolve(headers[':status'] ?? 0));
      stream.once('error', reject);
      stream.resume().end();
    });
  }

  async function counters(): Promise<Record<string, number>> {
    const text = await fleet.stats(
      0,
      '^listener_manager\\.(listener_(added|modified|removed|in_place_updated)|total_.*draining)$|downstream_cx_drain_close$',
    );
    return Object.fromEntries(text.split('\n').map((line) => [line.split(': ')[0] ?? '', Number(line.split(': ')[1])]));
  }

  /** What a change adds to the counters; those that stay the same are left out. */
  async function difference(rows: ModelRows): Promise<Record<string, number>> {
    const earlier = await counters();
    await fleet.given(rows);
    assert.equal(await ask(), 200);
    assert.equal(ended, '');
    return Object.fromEntries(
      Object.entries(await counters()).flatMap(([name, value]) => (value === earlier[name] ? [] : [[name, value - (earlier[name] ?? 0)]])),
    );
  }

  const inPlace = { 'listener_manager.listener_in_place_updated': 1, 'listener_manager.listener_modified': 1 };

  test('a certificate that is replaced changes no listener', async () => {
    assert.deepEqual(await difference(await tls('kept.test', 'second.test')), {});
  });

  test('a host that gets another Secret, or loses it, changes no listener', async () => {
    const { certificates } = await tls('other.test', 'third.test');
    assert.deepEqual(
      await difference({ certificates: certificates ?? {}, hostCertificates: { 'kept.test': { certificate: 'shop/other.test' } } }),
      {},
    );
    assert.deepEqual(await difference({ hostCertificates: { 'kept.test': {} } }), {});
  });

  test('a host without TLS that comes or goes changes no listener', async () => {
    assert.deepEqual(await difference(named('plain.test')), {});
    assert.deepEqual(await difference({ virtualHosts: { 'plain.test': undefined } }), {});
  });

  test('a host that gets TLS adds a filter chain in place, and nothing is drained', async () => {
    assert.deepEqual(await difference(await tls('late.test')), inPlace);
  });

  test('a host that goes takes its own filter chain with it, and no other', async () => {
    const gone = { virtualHosts: { 'other.test': undefined }, hostCertificates: { 'other.test': undefined } };
    assert.deepEqual(await difference(gone), { ...inPlace, 'listener_manager.total_filter_chains_draining': 1 });
  });
});
