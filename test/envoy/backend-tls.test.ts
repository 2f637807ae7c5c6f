// TLS with pods by proxy-ssl-*: what is shown to them, what is asked for, and what is believed.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:https';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type IssuedCertificate, issueCertificate } from '../support/certificate-kinds.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';
import { listen } from '../support/listen.ts';

let naru: Naru;
let pod: Server;
let port: number;
let own: IssuedCertificate;
let shown: IssuedCertificate;

function secret(name: string, data: Readonly<Record<string, string>>): string {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: encoded })}\n`;
}

/** What the pod says of the connection, or the status, and the problems that were told. */
async function answer(annotations: Readonly<Record<string, string>>, secrets: string): Promise<string> {
  const web = ingressYaml({
    ...{ name: 'web', host: 'tls-pod.test', paths: ['Prefix / web'] },
    annotations: { 'backend-protocol': 'HTTPS', ...annotations },
  });
  await naru.given(web + echoService('web') + sliceYaml('web', ['127.0.0.1'], port) + secrets);
  const { status, body } = await naru.get('http://tls-pod.test/');
  return [status === 200 ? body : String(status), ...naru.problems.map(({ code }) => code)].join(' ');
}

describe('TLS with pods', () => {
  let all: string;
  before(async () => {
    naru = await sharedNaru();
    own = await issueCertificate({ names: ['pod.test'] });
    shown = await issueCertificate({ names: ['naru.test'] });
    pod = createServer({ cert: own.chain, key: own.privateKey, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const socket = request.socket as TLSSocket;
      const client = socket.getPeerCertificate().subjectaltname ?? 'nobody';
      response.end(`${client} ${socket.servername || 'no name'} ${socket.getProtocol() ?? ''}`);
    });
    port = await listen(pod);
    all = secret('pods', { 'tls.crt': shown.chain, 'tls.key': shown.privateKey, 'ca.crt': own.intermediate });
  });
  after(() => {
    pod.closeAllConnections();
    pod.close();
  });

  test('without a Secret nothing is shown, asked for or checked, and the other annotations do nothing', async () => {
    assert.equal(await answer({}, ''), 'nobody no name TLSv1.3');
    assert.equal(await answer({ 'proxy-ssl-verify': 'on', 'proxy-ssl-name': 'other.test' }, ''), 'nobody no name TLSv1.3 NR215');
  });

  test('with one, its certificate is shown', async () => {
    assert.equal(await answer({ 'proxy-ssl-secret': 'pods' }, all), 'DNS:naru.test no name TLSv1.2');
    assert.equal(await answer({ 'proxy-ssl-secret': 'default/pods' }, all), 'DNS:naru.test no name TLSv1.2');
    assert.equal(await answer({ 'proxy-ssl-secret': 'ca' }, secret('ca', { 'ca.crt': own.intermediate })), 'nobody no name TLSv1.2');
  });

  test('the name is asked for where proxy-ssl-server-name says so', async () => {
    const named = { 'proxy-ssl-secret': 'pods', 'proxy-ssl-name': 'pod.test' };
    assert.equal(await answer(named, all), 'DNS:naru.test no name TLSv1.2');
    assert.equal(await answer({ ...named, 'proxy-ssl-server-name': 'on' }, all), 'DNS:naru.test pod.test TLSv1.2');
    const ofRequest = { 'proxy-ssl-secret': 'pods', 'proxy-ssl-name': '$host', 'proxy-ssl-server-name': 'on' };
    assert.equal(await answer(ofRequest, all), 'DNS:naru.test tls-pod.test TLSv1.2');
  });

  test('versions and suites are as the annotations say', async () => {
    const pods = { 'proxy-ssl-secret': 'pods' };
    assert.equal(await answer({ ...pods, 'proxy-ssl-protocols': 'TLSv1.2 TLSv1.3' }, all), 'DNS:naru.test no name TLSv1.3');
    assert.equal(await answer({ ...pods, 'proxy-ssl-protocols': 'TLSv1.3' }, all), 'DNS:naru.test no name TLSv1.3');
    assert.equal(await answer({ ...pods, 'proxy-ssl-protocols': 'SSLv3' }, all), 'DNS:naru.test no name TLSv1.2 NR214');
    // A suite for keys of another kind than the pod's.
    const suite = (name: string) => answer({ ...pods, 'proxy-ssl-ciphers': name }, all);
    assert.equal(await suite('ECDHE-ECDSA-AES128-GCM-SHA256'), 'DNS:naru.test no name TLSv1.2');
    assert.equal(await suite('AES128-GCM-SHA256'), '503');
  });

  test('CVE-2025-66491: the certificate of the pod is checked where proxy-ssl-verify says so', async () => {
    const checking = { 'proxy-ssl-secret': 'pods', 'proxy-ssl-verify': 'on' };
    const other = secret('pods', { 'ca.crt': (await issueCertificate({ names: ['other.test'] })).intermediate });
    assert.equal(await answer({ ...checking, 'proxy-ssl-name': 'pod.test' }, all), 'DNS:naru.test no name TLSv1.2');
    assert.equal(await answer({ ...checking, 'proxy-ssl-name': 'other.test' }, all), '503');
    assert.equal(await answer({ ...checking, 'proxy-ssl-name': '$host' }, all), '503');
    assert.equal(await answer({ ...checking, 'proxy-ssl-name': 'pod.test' }, other), '503');
    assert.equal(
      await answer({ ...checking, 'proxy-ssl-verify': 'off', 'proxy-ssl-name': 'other.test' }, all),
      'DNS:naru.test no name TLSv1.2',
    );
    assert.equal(await answer(checking, all), '503 NR214');
  });

  test('another certificate in the Secret is shown at once', async () => {
    const renewed = await issueCertificate({ names: ['renewed.test'] });
    await answer({ 'proxy-ssl-secret': 'pods' }, all);
    const data = { 'tls.crt': renewed.chain, 'tls.key': renewed.privateKey };
    // Connections that stand keep what they began with.
    assert.equal(
      await answer({ 'proxy-ssl-secret': 'pods', 'connection-proxy-header': 'close' }, secret('pods', data)),
      'DNS:renewed.test no name TLSv1.2',
    );
  });

  test('a Secret that is missing, elsewhere or of no use closes its paths, and so does a value that cannot be read', async () => {
    const named = { 'proxy-ssl-secret': 'pods' };
    assert.equal(await answer(named, ''), '503 NR406');
    assert.equal(await answer(named, secret('pods', { 'ca.crt': 'nothing' })), '503 NR406');
    assert.equal(await answer(named, secret('pods', {})), '503 NR406');
    assert.equal(await answer(named, secret('pods', { 'tls.crt': shown.chain, 'tls.key': own.privateKey })), '503 NR406');
    const checking = { ...named, 'proxy-ssl-verify': 'on', 'proxy-ssl-name': 'pod.test' };
    assert.equal(await answer(checking, secret('pods', { 'tls.crt': shown.chain, 'tls.key': shown.privateKey })), '503 NR406');
    assert.equal(await answer({ 'proxy-ssl-secret': 'other/pods' }, all), '503 NR214');
    assert.equal(await answer({ ...named, 'proxy-ssl-verify': 'yes' }, all), '503 NR214');
    assert.equal(await answer({ ...named, 'proxy-ssl-verify-depth': '-1' }, all), '503 NR214');
  });
});
