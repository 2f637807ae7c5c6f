// auth-tls-secret and its family: who gets in with which certificate, and what backends and services are told of it.
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { Agent } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { issueCertificate } from '../../support/certificate-kinds.ts';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, secretYaml, tlsSecretYaml } from '../../support/yaml.ts';
import { listen, portOf } from '../../support/listen.ts';

const ours = await issueCertificate({ names: ['ada.example.com'] });
const foreign = await issueCertificate({ names: ['ada.example.com'] });
const over = await issueCertificate({ names: ['ada.example.com'], days: [-9, -1] });

type Shown = typeof ours | undefined;

/** A connection of its own, with this certificate. */
function showing(shown: Shown) {
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0, ...(shown && { cert: shown.chain, key: shown.privateKey }) });
  return { agent };
}

let naru: Naru;
let service: Server;
let asked: IncomingHttpHeaders = {};
describe('auth tls', () => {
  before(async () => {
    service = createServer(({ headers }, response) => {
      asked = headers;
      response.writeHead(200).end();
    });
    await listen(service);
  });
  after(() => service.close());

  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  const signers = secretYaml('signers', { 'ca.crt': ours.intermediate });
  const hostTls = tlsSecretYaml('own', 'cert.test', '*.cert.test', 'open.test');

  async function given(annotations: Readonly<Record<string, string>>, secrets = signers): Promise<void> {
    const paths = ['Prefix / web'];
    await naru.given(
      ingressYaml({ name: 'exact', host: 'cert.test', paths, tls: ['own cert.test'], annotations }) +
        ingressYaml({ name: 'other', host: 'cert.test', paths: ['Prefix /other web'] }) +
        ingressYaml({ name: 'wildcard', host: '*.cert.test', paths, tls: ['own *.cert.test'], annotations }) +
        ingressYaml({ name: 'unasked', host: 'plain-cert.test', paths, annotations }) +
        ingressYaml({ name: 'open', host: 'open.test', paths, tls: ['own open.test'] }) +
        echoService('web') +
        hostTls +
        secrets,
    );
  }

  const urls = ['https://cert.test/', 'https://cert.test/other', 'https://a.cert.test/', 'https://plain-cert.test/'];
  const statuses = (shown: Shown) => Promise.all(urls.map((url) => naru.served(url, showing(shown))));
  const everywhere = <T>(one: T): readonly T[] => urls.map(() => one);
  const on = { 'auth-tls-secret': 'signers' };

  async function headersOf(shown: Shown, headers: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
    const { body } = await naru.get('https://cert.test/', { ...showing(shown), headers });
    return (JSON.parse(body) as { headers: Record<string, string> }).headers;
  }

  test('on: whoever has no good certificate is answered 400, on all paths of the host and on no other host', async () => {
    await given(on);
    assert.deepEqual(await statuses(ours), everywhere('web'));
    assert.deepEqual(await statuses(undefined), everywhere(400));
    assert.deepEqual(await statuses(foreign), everywhere(400));
    assert.deepEqual(await statuses(over), everywhere(400));
    assert.equal(await naru.served('https://open.test/', showing(undefined)), 'web');
  });

  test('optional: without a certificate one gets in, with a bad one not', async () => {
    await given({ ...on, 'auth-tls-verify-client': 'optional' });
    assert.deepEqual(await statuses(ours), everywhere('web'));
    assert.deepEqual(await statuses(undefined), everywhere('web'));
    assert.deepEqual(await statuses(foreign), everywhere(400));
  });

  test('optional_no_ca lets everybody in, off asks nobody; the backend is told', async () => {
    await given({ ...on, 'auth-tls-verify-client': 'optional_no_ca' });
    for (const [shown, verified] of [
      [ours, 'SUCCESS'],
      [foreign, 'FAILED'],
      [undefined, 'NONE'],
    ] as const) {
      assert.deepEqual(await statuses(shown), everywhere('web'));
      assert.equal((await headersOf(shown))['ssl-client-verify'], verified);
    }
    await given({ ...on, 'auth-tls-verify-client': 'off' });
    assert.deepEqual(await statuses(foreign), everywhere('web'));
    assert.equal((await headersOf(ours))['ssl-client-verify'], undefined);
  });

  test('backends get what the certificate says, and never what the client says of it', async () => {
    const forged = {
      'ssl-client-verify': 'SUCCESS',
      'ssl-client-subject-dn': 'CN=root',
      'ssl-client-issuer-dn': 'CN=root',
      'ssl-client-cert': 'x',
    };
    await given(on);
    const names = ['ssl-client-verify', 'ssl-client-subject-dn', 'ssl-client-issuer-dn', 'ssl-client-cert'];
    const told = await headersOf(ours, forged);
    assert.deepEqual(
      names.map((name) => told[name]),
      ['SUCCESS', 'CN=ada.example.com', 'CN=An authority', undefined],
    );
    await given({ ...on, 'auth-tls-pass-certificate-to-upstream': 'true' });
    assert.equal(decodeURIComponent((await headersOf(ours, forged))['ssl-client-cert'] ?? '').trim(), ours.leaf.trim());
    await given({ ...on, 'auth-tls-verify-client': 'optional' });
    const nothing = await headersOf(undefined, forged);
    assert.deepEqual(
      names.map((name) => nothing[name]),
      ['NONE', undefined, undefined, undefined],
    );
  });

  test('an authentication service is told, too', async () => {
    const port = portOf(service);
    await given({ ...on, 'auth-tls-verify-client': 'optional', 'auth-url': `http://127.0.0.1:${port}/` });
    const forged = { 'ssl-client-verify': 'SUCCESS', 'ssl-client-subject-dn': 'CN=root' };
    await naru.get('https://cert.test/', { ...showing(undefined), headers: forged });
    assert.deepEqual([asked['ssl-client-verify'], asked['ssl-client-subject-dn']], ['NONE', undefined]);
    await naru.get('https://cert.test/', { ...showing(ours), headers: forged });
    assert.equal(asked['ssl-client-verify'], 'SUCCESS');
  });

  test('auth-tls-error-page sends away instead of the 400', async () => {
    await given({ ...on, 'auth-tls-error-page': 'https://help.test/cert?a=b' });
    const { status, headers } = await naru.get('https://cert.test/', showing(undefined));
    assert.deepEqual([status, headers['location']], [302, 'https://help.test/cert?a=b']);
    assert.equal(await naru.served('https://cert.test/', showing(ours)), 'web');
  });

  test('auth-tls-match-cn answers 403 to other subjects', async () => {
    await given({ ...on, 'auth-tls-match-cn': 'CN=(ada|grace)\\.example' });
    assert.deepEqual(await statuses(ours), everywhere('web'));
    await given({ ...on, 'auth-tls-match-cn': 'CN=grace' });
    assert.deepEqual(await statuses(ours), everywhere(403));
    assert.deepEqual(await statuses(undefined), everywhere(400));
  });

  // CVE-2025-1097: auth-tls-match-cn was pasted into nginx.conf.
  test('CVE-2025-1097: what cannot be read or had closes the whole host, and no other', async () => {
    const cases = [
      [{ ...on, 'auth-tls-match-cn': 'CN=a"; } #' }, signers.replace('signers', 'elsewhere')],
      [{ ...on, 'auth-tls-match-cn': 'ada' }, signers],
      [{ ...on, 'auth-tls-match-cn': 'CN=(?!root)' }, signers],
      [{ ...on, 'auth-tls-verify-client': 'yes' }, signers],
      [{ ...on, 'auth-tls-verify-depth': '-1' }, signers],
      [{ ...on, 'auth-tls-error-page': '@page' }, signers],
      [{ 'auth-tls-secret': 'a b' }, signers],
      [{ 'auth-tls-secret': 'elsewhere/signers' }, signers],
      [on, ''],
      [on, secretYaml('signers', { other: 'x' })],
      [on, secretYaml('signers', { 'ca.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' })],
      [on, secretYaml('signers', { 'ca.crt': ours.intermediate, 'ca.crl': 'x' })],
    ] as const;
    for (const [annotations, secrets] of cases) {
      await given(annotations, secrets);
      assert.deepEqual(await statuses(ours), everywhere(403), JSON.stringify(annotations));
      assert.equal(await naru.served('https://open.test/', showing(undefined)), 'web');
      assert.ok(naru.problems.some(({ code }) => code === 'NR214' || code === 'NR240'));
    }
  });

  test('nobody gets around it by another name, or none, in the handshake', async () => {
    await given(on);
    for (const servername of ['open.test', 'unknown.test', '']) {
      const agent = new Agent({ keepAlive: false, maxCachedSessions: 0, servername });
      const { status } = await naru.get('https://open.test/', { agent, headers: { host: 'cert.test' } });
      assert.equal(status, 421, servername);
    }
  });
});
