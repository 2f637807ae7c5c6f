import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Naru } from '../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';

describe('--default-backend-service', () => {
  let naru: Naru;
  before(async () => {
    naru = await Naru.start({ defaultBackendService: 'default/rest' });
  });
  after(() => naru.stop());

  const web = ingressYaml({ name: 'web', host: 'web.test', paths: ['Prefix /web web'] }) + echoService('web');
  const wild = ingressYaml({ name: 'wild', host: '*.wild.test', paths: ['Prefix /web web'] });

  test('takes what no Ingress wants, of any host, by its first port', async () => {
    const rest = `---\n${JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'rest' },
      spec: {
        ports: [
          { name: 'a', port: 8000 },
          { name: 'b', port: 80 },
        ],
      },
    })}\n`;
    await naru.given(web + wild + rest);
    for (const url of ['http://web.test/', 'http://unknown.test/x', 'http://a.wild.test/', 'http://a.b.wild.test/web'])
      assert.equal(await naru.served(url), 'rest', url);
    assert.equal(await naru.served('http://web.test/web'), 'web');
    assert.equal((JSON.parse((await naru.get('http://unknown.test/')).body) as { port: number }).port, 8000);
  });

  test('comes after the default backend of an Ingress', async () => {
    await naru.given(web + echoService('rest', 'own') + ingressYaml({ name: 'own', defaultService: 'own' }));
    assert.equal(await naru.served('http://unknown.test/'), 'own');
  });

  test('a host that an Ingress names without paths is its own, and not that of a wildcard above it', async () => {
    const bare = JSON.stringify({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'bare' },
      spec: { ingressClassName: 'naru', rules: [{ host: 'bare.wild.test' }] },
    });
    const wide = ingressYaml({ name: 'wide', host: '*.wild.test', paths: ['Prefix / web'] }) + echoService('web');
    const hosts = async () => [await naru.served('http://bare.wild.test/'), await naru.served('http://other.wild.test/')];
    await naru.given(`${wide}---\n${bare}\n`);
    assert.deepEqual(await hosts(), [404, 'web']);
    await naru.given(`${wide}---\n${bare}\n${echoService('rest')}`);
    assert.deepEqual(await hosts(), ['rest', 'web']);
  });

  test('without pods, or without the Service, requests get 404', async () => {
    await naru.given(web + echoService('rest') + sliceYaml('rest', []));
    assert.equal(await naru.served('http://unknown.test/'), 404);
    assert.equal(naru.problems.length, 0);
    await naru.given(web);
    assert.equal(await naru.served('http://unknown.test/'), 404);
    assert.equal(await naru.served('http://web.test/web'), 'web');
    assert.deepEqual(
      naru.problems.map(({ code, source, message }) => [code, source.kind, message]),
      [['NR501', 'Service', 'There is no Service default/rest.']],
    );
  });
});
