import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { parseAllDocuments } from 'yaml';
import { NaruProcess } from './naru-process.ts';
import { portOf } from '../support/listen.ts';

interface Secret {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly stringData: { readonly 'tls.crt': string; readonly 'tls.key': string; readonly 'ca.crt': string };
}

test('certgen prints two Secrets by which each side knows the other', async (t) => {
  const naru = NaruProcess.start(t, ['certgen', '--namespace', 'edge', '--fleet', 'blue']);
  assert.equal(await naru.ended(), 0);
  const secrets = parseAllDocuments(naru.output).map((document) => document.toJS() as Secret);
  assert.deepEqual(
    secrets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['edge/naru-ads-server', 'edge/naru-ads-client'],
  );
  const [own, other] = secrets.map(({ stringData }) => ({
    cert: stringData['tls.crt'],
    key: stringData['tls.key'],
    ca: stringData['ca.crt'],
  }));
  const server = createServer({ ...own, requestCert: true, rejectUnauthorized: true }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const port = portOf(server);
  const client = connect({ host: '127.0.0.1', port, ...other, servername: 'naru.edge.svc' });
  t.after(() => client.destroy());
  await once(client, 'secureConnect');
  const [{ authorized }] = await accepted;
  assert.deepEqual([client.authorized, authorized], [true, true]);
  assert.match(client.getPeerCertificate().subjectaltname ?? '', /DNS:naru\.edge\.svc(?:,|$)/);
});
