// Fifty Ingresses, of which each kind of mistake that there is is made in one: the others work, and each mistake is named.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../support/certificates.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { issueCertificate } from '../support/certificate-kinds.ts';
import { Load } from '../support/load.ts';
import { echoService, ingressYaml, sliceYaml, tlsSecretYaml } from '../support/yaml.ts';

interface Mistake {
  readonly name: string;
  /** One of these is reported. */
  readonly codes: RegExp;
  readonly yaml: string;
}

const host = (name: string): string => `${name}.bad.test`;
const bare = (name: string, spec: object): string =>
  `---\n${JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec: { ingressClassName: 'naru', ...spec } })}\n`;
const rule = (name: string, path: string, backend: object, hostname = host(name)): object => ({
  rules: [{ host: hostname, http: { paths: [{ path, pathType: 'Prefix', backend }] } }],
});
const echo = { service: { name: 'echo', port: { number: 80 } } };
const withTls = (name: string): string => ingressYaml({ name, host: host(name), paths: ['Prefix / echo'], tls: [`${name} ${host(name)}`] });

function secret(name: string, certificate: string, key: string): string {
  const data = { 'tls.crt': Buffer.from(certificate).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') };
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls', data })}\n`;
}

async function certificateMistakes(): Promise<readonly Mistake[]> {
  const [one, other] = await Promise.all([certificateFor([host('mismatch')]), certificateFor(['other.test'])]);
  const weak = await issueCertificate({ names: [host('weak')], key: 'rsa-1024' });
  return [
    { name: 'no-secret', codes: /NR401/, yaml: withTls('no-secret') },
    { name: 'mismatch', codes: /NR402/, yaml: withTls('mismatch') + secret('mismatch', one.chain, other.privateKey) },
    { name: 'weak', codes: /NR402|NR716/, yaml: withTls('weak') + secret('weak', weak.chain, weak.privateKey) },
    { name: 'not-pem', codes: /NR402/, yaml: withTls('not-pem') + secret('not-pem', 'hello', 'world') },
    { name: 'keyless', codes: /NR402/, yaml: withTls('keyless') + secret('keyless', one.chain, '') },
    { name: 'other-names', codes: /NR403/, yaml: withTls('other-names') + tlsSecretYaml('other-names', 'other.test') },
  ];
}

function canaryMistakes(): readonly Mistake[] {
  const canary = (name: string, more: Partial<Parameters<typeof ingressYaml>[0]>): string =>
    ingressYaml({ name, host: host(name), paths: ['Prefix / echo'], annotations: { canary: 'true', 'canary-weight': '10' }, ...more });
  return [
    { name: 'bad-value', codes: /NR214/, yaml: canary('bad-value', { annotations: { canary: 'perhaps' } }) },
    {
      name: 'hostile-value',
      codes: /NR214/,
      yaml: canary('hostile-value', { annotations: { canary: 'true', 'canary-weight': '1;}\n%{' } }),
    },
    { name: 'no-primary', codes: /NR230/, yaml: canary('no-primary', {}) },
    { name: 'no-pods', codes: /NR231/, yaml: canary('no-pods', { host: 'good-3.test', paths: ['Prefix / podless'] }) },
    { name: 'second', codes: /NR232/, yaml: canary('second', { host: 'good-1.test', created: '2026-06-01T00:00:00Z' }) },
  ];
}

const routeMistakes: readonly Mistake[] = [
  { name: 'no-service', codes: /NR501/, yaml: ingressYaml({ name: 'no-service', host: host('no-service'), paths: ['Prefix / nowhere'] }) },
  { name: 'no-port', codes: /NR502/, yaml: bare('no-port', rule('no-port', '/', { service: { name: 'echo', port: { number: 81 } } })) },
  {
    name: 'no-named-port',
    codes: /NR502/,
    yaml: bare('no-named-port', rule('no-named-port', '/', { service: { name: 'echo', port: { name: 'x' } } })),
  },
  {
    name: 'bucket',
    codes: /NR503/,
    yaml: bare('bucket', rule('bucket', '/', { resource: { apiGroup: 'x.io', kind: 'Bucket', name: 'b' } })),
  },
  { name: 'twice', codes: /NR302/, yaml: ingressYaml({ name: 'twice', host: host('twice'), paths: ['Prefix /a echo', 'Prefix /a echo'] }) },
  {
    name: 'late',
    codes: /NR302/,
    yaml: ingressYaml({ name: 'late', host: 'good-2.test', paths: ['Prefix / echo'], created: '2026-06-01T00:00:00Z' }),
  },
  { name: 'no-class', codes: /NR110/, yaml: bare('no-class', { ingressClassName: 'nowhere', ...rule('no-class', '/', echo) }) },
];

/** Whatever becomes of these, Envoy takes it and nobody else suffers. */
const hostile: readonly (readonly [name: string, yaml: string])[] = [
  ...['/%00', '/a b', '/"quoted"', "/it's", '/%{x}', '/\u0007', '/ä', '/a//../b', '/{x}', '/[', '/(?i)', `/${'x'.repeat(5000)}`].map(
    (path, index): [string, string] => [`hostile-${index}`, bare(`hostile-${index}`, rule(`hostile-${index}`, path, echo))],
  ),
  ...['under_score.bad.test', `${'a'.repeat(64)}.bad.test`, 'a..bad.test', '*.*.bad.test', 'a:80'].map((name, index): [string, string] => [
    `hostile-host-${index}`,
    bare(`hostile-host-${index}`, rule('', '/', echo, name)),
  ]),
];

/** Somebody else's: neither served nor a mistake. */
const foreign =
  `---\n${JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'other' }, spec: { controller: 'example.com/other' } })}\n` +
  bare('foreign', { ingressClassName: 'other', ...rule('foreign', '/', echo) });

/** Older than what is in their way. */
const created = '2026-01-01T00:00:00Z';
const good = Array.from({ length: 50 }, (_, index) => `good-${index + 1}`);

describe('fifty Ingresses, each kind of mistake in one of them', () => {
  let naru: Naru;
  let mistakes: readonly Mistake[];
  let served: readonly string[];
  let goods: string;

  before(async () => {
    naru = await sharedNaru();
    mistakes = [...(await certificateMistakes()), ...canaryMistakes(), ...routeMistakes];
    served = good.slice(0, 48 - mistakes.length - hostile.length);
    assert.ok(served.length >= 10);
    const annotations = { 'ssl-redirect': 'false' };
    goods = [
      ...served.map((name) =>
        ingressYaml({ name, host: `${name}.test`, paths: [`Prefix / ${name}`], annotations, tls: [`${name} ${name}.test`], created }),
      ),
      ...served.map((name) => tlsSecretYaml(name, `${name}.test`)),
      ingressYaml({ name: 'first', host: 'good-1.test', paths: ['Prefix / podless'], annotations: { canary: 'true' }, created }),
      foreign,
      echoService(...served, 'echo', 'podless'),
      sliceYaml('podless', []),
    ].join('');
    await naru.given(goods);
  });

  after(() => naru.given(''));

  test('while bad ones come, go and come again, no request for a good one fails', async (t) => {
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    let turn = 0;
    const load = new Load(t, 300, async () => {
      const name = served[turn++ % served.length];
      const found = await naru.served(`http://${name}.test/`, { agent });
      return found === name ? undefined : `${name}: ${found}`;
    });
    const bad = [...mistakes.map(({ yaml }) => yaml), ...hostile.map(([, yaml]) => yaml)];
    await naru.given(goods + bad.slice(0, bad.length / 2).join(''));
    await naru.given(goods + bad.slice(bad.length / 2).join(''));
    await naru.given(goods + bad.join(''));
    const { sent, failures } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok(sent > 0);
  });

  test('the good ones are served, with their certificates', async () => {
    await Promise.all(
      served.map(async (name) => {
        const { chain } = await certificateFor([`${name}.test`]);
        const { status, body, certificate } = await naru.get(`https://${name}.test/`);
        assert.equal(status, 200, name);
        assert.equal((JSON.parse(body) as { service: string }).service, name);
        assert.equal(certificate, new X509Certificate(chain).fingerprint256, name);
      }),
    );
  });

  test('each bad one is named by a problem of its own', () => {
    const found = naru.problems;
    for (const { name, codes } of mistakes) {
      const own = found.filter(({ source }) => source.name === name);
      assert.ok(
        own.some(({ code }) => codes.test(code)),
        `${name} is not named as ${codes.source}: ${JSON.stringify(own)}`,
      );
    }
    const names = new Set([...mistakes.map(({ name }) => name), ...hostile.map(([name]) => name)]);
    assert.deepEqual(
      found.filter(({ source }) => !names.has(source.name)),
      [],
      'nobody else is blamed',
    );
  });

  test('what cannot be routed answers for its own host only', async () => {
    for (const name of ['no-service', 'no-port', 'no-named-port', 'bucket'])
      assert.equal(await naru.served(`http://${host(name)}/`), 503, name);
    for (const name of ['no-class', 'no-primary', 'foreign']) assert.equal(await naru.served(`http://${host(name)}/`), 404, name);
    assert.equal(await naru.served(`http://${host('twice')}/a`), 'echo');
  });

  test('Envoy refuses nothing of it', async () => {
    assert.deepEqual(
      naru.problems.filter(({ code }) => code === 'NR701' || code === 'NR901'),
      [],
    );
    assert.doesNotMatch(await naru.stats('update_rejected'), /: [1-9]/);
  });
});
