// What can be in a Secret, each for a host of its own, all at once: what a client is shown, and what the user is told.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { type CertificateSketch, type IssuedCertificate, issueCertificate } from '../support/certificate-kinds.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

interface Case {
  readonly what: string;
  /** Default: an ECDSA key on P-256, for the host. */
  readonly sketch?: Partial<CertificateSketch>;
  /** What the Secret holds; default: what was issued. */
  readonly data?: (issued: IssuedCertificate) => Readonly<Record<string, string>>;
  readonly type?: string;
  /** Length of the chain that is shown; absent: the default certificate is. */
  readonly chain?: number;
  /** Code and beginning of what is told. */
  readonly told?: string;
}

const pair = (chain: string, key: string) => ({ 'tls.crt': chain, 'tls.key': key });

const asIssued: NonNullable<Case['data']> = ({ chain, privateKey }) => pair(chain, privateKey);

const cases: readonly Case[] = [
  { what: 'ECDSA on P-256, with its chain', chain: 2 },
  { what: 'ECDSA on P-384', sketch: { key: 'p-384' }, chain: 2 },
  { what: 'RSA of 2048 bits', sketch: { key: 'rsa-2048' }, chain: 2 },
  { what: 'the leaf alone', data: ({ leaf, privateKey }) => pair(leaf, privateKey), chain: 1 },
  { what: 'in a Secret of no type', type: 'Opaque', chain: 2 },
  { what: 'with text around', data: ({ chain, privateKey }) => pair(`who: me\n${chain}\nthe end`, `note\n${privateKey}rest`), chain: 2 },
  { what: 'with Windows line ends', data: ({ chain, privateKey }) => pair(chain.replaceAll('\n', '\r\n'), privateKey), chain: 2 },
  { what: 'a common name and no other', sketch: { commonNameOnly: true }, chain: 2 },
  { what: 'expired', sketch: { days: [-30, -1] }, chain: 2, told: 'NR404 The certificate of Secret default/HOST expired on ' },
  { what: 'not valid yet', sketch: { days: [1, 30] }, chain: 2, told: 'NR404 The certificate of Secret default/HOST is valid from ' },
  { what: 'about to expire', sketch: { days: [-30, 9] }, chain: 2, told: 'NR405 The certificate of Secret default/HOST expires on ' },
  {
    what: 'RSA of 1024 bits',
    sketch: { key: 'rsa-1024' },
    told: 'NR402 The certificate of Secret default/HOST has an RSA key of only 1024 bits',
  },
  {
    what: 'for another host',
    sketch: { names: ['other.test'] },
    told: 'NR403 The certificate of Secret default/HOST is for other.test, not for HOST.',
  },
  {
    what: 'for hosts two labels below',
    sketch: { names: ['*.test'] },
    told: 'NR403 The certificate of Secret default/HOST is for *.test, not for HOST.',
  },
  {
    what: 'the wrong order',
    data: ({ leaf, intermediate, privateKey }) => pair(intermediate + leaf, privateKey),
    told: 'NR402 tls.crt of Secret default/HOST begins with another certificate than the one of tls.key, which is number 2.',
  },
  {
    what: 'the key of another',
    data: ({ chain }) => pair(chain, otherKey),
    told: 'NR402 tls.key of Secret default/HOST is not the key of its certificate.',
  },
  { what: 'no key', type: 'Opaque', data: ({ chain }) => ({ 'tls.crt': chain }), told: 'NR402 Secret default/HOST has no key tls.key.' },
  { what: 'nothing', type: 'Opaque', data: () => ({}), told: 'NR402 Secret default/HOST has no key tls.crt.' },
  { what: 'empty', data: () => pair('', ''), told: 'NR402 tls.crt of Secret default/HOST holds no PEM certificate.' },
  { what: 'no PEM', data: () => pair('hello', 'world'), told: 'NR402 tls.crt of Secret default/HOST holds no PEM certificate.' },
  {
    what: 'a damaged leaf',
    data: ({ leaf, privateKey }) => pair(leaf.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'), privateKey),
    told: 'NR402 Secret default/HOST cannot be read: ',
  },
  {
    what: 'a damaged intermediate',
    data: ({ leaf, intermediate, privateKey }) => pair(leaf + intermediate.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'), privateKey),
    told: 'NR402 Secret default/HOST cannot be read: ',
  },
  {
    what: 'an encrypted key',
    data: ({ chain }) => pair(chain, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n'),
    told: 'NR402 Secret default/HOST cannot be read: ',
  },
];

const hostOf = (index: number): string => `case-${index}.secrets.test`;

let otherKey = '';
let naru: Naru;
let unknown: string;
const leaves: string[] = [];

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

// Within a suite: hooks of a file run before the tests of all files.
describe('what Secrets with certificates hold', () => {
  before(async () => {
    naru = await sharedNaru();
    otherKey = (await issueCertificate({ names: ['key.test'] })).privateKey;
    const given: string[] = [echoService('web')];
    for (const [index, { sketch, data = asIssued, type = 'kubernetes.io/tls' }] of cases.entries()) {
      const host = hostOf(index);
      const issued = await issueCertificate({ names: [host], ...sketch });
      leaves.push(fingerprint(issued.leaf));
      const encoded = Object.entries(data(issued)).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: host }, type, data: Object.fromEntries(encoded) };
      given.push(
        `---\n${JSON.stringify(secret)}\n`,
        ingressYaml({ name: `case-${index}`, host, paths: ['Prefix / web'], tls: [`${host} ${host}`] }),
      );
    }
    await naru.given(given.join(''));
    unknown = (await shown('nobody.test')).leaf;
  });

  /** The certificate that a client is shown for a server name, and how long its chain is. */
  async function shown(servername: string): Promise<{ readonly leaf: string; readonly length: number }> {
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const made = connect({ host: '127.0.0.1', port: naru.ports.https, servername, rejectUnauthorized: false }, () => resolve(made));
      made.once('error', reject);
    });
    const seen = new Set<string>();
    for (let next = socket.getPeerCertificate(true); !seen.has(next.fingerprint256); next = next.issuerCertificate) {
      seen.add(next.fingerprint256);
      // A chain that is not complete ends without an issuer; a complete one with an issuer that issued itself.
      if ((next.issuerCertificate as unknown) === undefined) break;
    }
    socket.destroy();
    return { leaf: [...seen][0] ?? '', length: seen.size };
  }

  for (const [index, { what, chain, told }] of cases.entries()) {
    test(`a Secret with a certificate: ${what}`, async () => {
      const { leaf, length } = await shown(hostOf(index));
      assert.deepEqual({ leaf, length: chain && length }, { leaf: chain === undefined ? unknown : leaves[index], length: chain });
      const problems = naru.problems.filter(({ source }) => source.name === `case-${index}`);
      const expected = told?.replaceAll('HOST', hostOf(index));
      assert.equal(problems.length, expected === undefined ? 0 : 1, JSON.stringify(problems));
      for (const { code, message, source } of problems) {
        assert.equal(`${code} ${message}`.slice(0, expected?.length), expected);
        assert.equal(source.field, 'spec.tls[0].secretName');
      }
    });
  }
});
