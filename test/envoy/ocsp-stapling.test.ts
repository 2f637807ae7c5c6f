// What can stand beside a certificate as its OCSP response, each for a host of its own: what a client gets, and what the user is told.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { issueCertificate } from '../support/certificate-kinds.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { ocspResponse } from '../support/ocsp.ts';
import { configMapYaml, echoService, ingressYaml } from '../support/yaml.ts';

interface Case {
  readonly what: string;
  readonly mustStaple?: boolean;
  /** What the Secret holds; absent: nothing. */
  readonly response?: (chain: string) => Buffer;
  /** What a client gets that asks for a response; absent: nothing but the certificate. */
  readonly gets?: 'response' | 'another certificate' | 'no connection';
  /** Code and beginning of what is told. */
  readonly told?: string;
}

const good = (chain: string): Buffer => ocspResponse(chain);
const demands = 'NR402 The certificate of Secret default/HOST demands that an OCSP response is stapled, and there is none: ';

const cases: readonly Case[] = [
  { what: 'a response', response: good, gets: 'response' },
  { what: 'nothing' },
  { what: 'text', response: () => Buffer.from('hello'), told: 'NR407 tls.ocsp-staple of Secret default/HOST is no OCSP response in DER.' },
  {
    what: 'half of a response',
    response: (chain) => good(chain).subarray(0, 100),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST is no ',
  },
  {
    what: 'two responses',
    response: (chain) => Buffer.concat([good(chain), good(chain)]),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST has something behind its end.',
  },
  {
    what: 'the response of another certificate',
    response: (chain) => ocspResponse(chain, { serials: ['0ABC'] }),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST is about the certificate with the serial number ABC, and the one in tls.crt has ',
  },
  {
    what: 'a response about two certificates',
    response: (chain) => ocspResponse(chain, { serials: ['01', '02'] }),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST is about more than one certificate.',
  },
  {
    what: 'a response about none',
    response: (chain) => ocspResponse(chain, { serials: [] }),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST has no answer in it.',
  },
  {
    what: 'that the authority is busy',
    response: (chain) => ocspResponse(chain, { status: 3 }),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST is not successful: it says tryLater.',
  },
  {
    what: 'a response that has expired',
    response: (chain) => ocspResponse(chain, { days: -0.5 }),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST held until ',
  },
  {
    what: 'a response without an end',
    response: (chain) => ocspResponse(chain, { days: null }),
    told: 'NR407 tls.ocsp-staple of Secret default/HOST does not say until when it holds.',
  },
  { what: 'a response, which is demanded', mustStaple: true, response: good, gets: 'response' },
  {
    what: 'nothing, and one is demanded',
    mustStaple: true,
    gets: 'another certificate',
    told: `${demands}the Secret has no key tls.ocsp-staple.`,
  },
  {
    what: 'text, and a response is demanded',
    mustStaple: true,
    response: () => Buffer.from('hello'),
    gets: 'another certificate',
    told: `${demands}tls.ocsp-staple is no OCSP response in DER.`,
  },
  {
    what: 'a response that has expired, and is demanded',
    mustStaple: true,
    response: (chain) => ocspResponse(chain, { days: -0.5 }),
    gets: 'no connection',
    told: 'NR407 tls.ocsp-staple of Secret default/HOST held until ',
  },
];

const hostOf = (index: number): string => `case-${index}.ocsp.test`;

let naru: Naru;
let objects = '';
const serials: string[] = [];
const responses: (Buffer | undefined)[] = [];

interface Shown {
  readonly serial: string;
  readonly response: Buffer | undefined;
}

/** What a client that asks for a response is shown. */
function shown(servername: string): Promise<Shown | 'no connection'> {
  return new Promise((resolve) => {
    let response: Buffer | undefined;
    const socket = connect({ host: '127.0.0.1', port: naru.ports.https, servername, rejectUnauthorized: false, requestOCSP: true });
    socket.once('OCSPResponse', (given: Buffer | null) => (response = given ?? undefined));
    socket.once('error', () => resolve('no connection'));
    socket.once('secureConnect', () => {
      const { serialNumber: serial } = socket.getPeerCertificate();
      socket.destroy();
      resolve({ serial, response });
    });
  });
}

function told(): string[] {
  return naru.problems.map(({ code, message, source }) => `${code} ${message} ${source.kind} ${source.name} ${source.field}`);
}

// Within a suite: hooks of a file run before the tests of all files.
describe('what stands beside a certificate as its OCSP response', () => {
  before(async () => {
    naru = await sharedNaru({ configMap: 'default/naru' });
    const given: string[] = [echoService('web')];
    for (const [index, { mustStaple = false, response }] of cases.entries()) {
      const host = hostOf(index);
      const { chain, privateKey } = await issueCertificate({ names: [host], mustStaple });
      responses.push(response?.(chain));
      const staple = responses[index] && { 'tls.ocsp-staple': responses[index] };
      const data = { 'tls.crt': Buffer.from(chain), 'tls.key': Buffer.from(privateKey), ...staple };
      const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value.toString('base64')]));
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: host }, type: 'kubernetes.io/tls', data: encoded };
      given.push(
        `---\n${JSON.stringify(secret)}\n`,
        ingressYaml({ name: `case-${index}`, host, paths: ['Prefix / web'], tls: [`${host} ${host}`] }),
      );
    }
    objects = given.join('');
    await naru.given(configMapYaml({}) + objects);
    for (const index of cases.keys()) {
      const found = await shown(hostOf(index));
      assert.ok(found !== 'no connection');
      assert.equal(found.response, undefined, 'nothing is stapled where nobody has asked for it');
      serials.push(found.serial);
    }
    assert.deepEqual(
      told().map((line) => line.slice(0, 5)),
      ['NR402', 'NR402', 'NR402', 'NR402'],
      'a certificate that demands a response cannot be used',
    );
    await naru.given(configMapYaml({ 'enable-ocsp': 'true' }) + objects);
  });

  for (const [index, { what, gets, told: expected, mustStaple = false }] of cases.entries()) {
    test(`a Secret with a certificate, and beside it: ${what}`, async () => {
      const found = await shown(hostOf(index));
      if (gets === 'no connection') assert.equal(found, gets);
      else {
        assert.ok(found !== 'no connection');
        assert.deepEqual(found.response, gets === 'response' ? responses[index] : undefined);
        // What was shown without stapling: the default certificate, where a response is demanded.
        assert.equal(found.serial === serials[index], !mustStaple || gets === 'another certificate');
      }
      const lines = told().filter((line) => line.includes(hostOf(index)));
      const whole = expected?.replaceAll('HOST', hostOf(index));
      assert.deepEqual(
        lines.map((line) => line.slice(0, whole?.length)),
        whole === undefined ? [] : [whole],
      );
      for (const line of lines) {
        const place = line.startsWith('NR402')
          ? `Ingress case-${index} spec.tls[0].secretName`
          : `Secret ${hostOf(index)} data["tls.ocsp-staple"]`;
        assert.ok(line.endsWith(` ${place}`), line);
      }
    });
  }

  test('the key taken out again: nothing is stapled, and nothing is told but of certificates that demand it', async () => {
    await naru.given(configMapYaml({}) + objects);
    const found = await shown(hostOf(0));
    assert.deepEqual(found, { serial: serials[0], response: undefined });
    assert.ok(
      told().every((line) => line.startsWith('NR402') && line.includes('enable-ocsp is not set')),
      told().join('\n'),
    );
  });
});
