// What a real Envoy refuses, of each resource type: everyone else's change goes through, and the object is named.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { certificateFor } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, certificate, forwarding, hosts, type ModelRows, service, tooMuch } from '../support/model-source.ts';
import { refusedIfCalledSo } from '../support/refused-cluster.ts';

const withinMs = 2_000;
let fleet: ModelFleet;

describe('quarantine', () => {
  before(async () => {
    fleet = await ModelFleet.start(['node-1'], { cluster: refusedIfCalledSo });
    await fleet.given({ virtualHosts: hosts({ hostname: 'first.test', routes: [answering('/', 'first', 'first')] }) });
  });

  after(() => fleet.stop());

  /** Changes the Model; fails if what is refused stands in the way for longer than it may. */
  async function given(t: TestContext, rows: ModelRows): Promise<void> {
    const tookMs = await fleet.given(rows);
    t.diagnostic(`${Math.round(tookMs)} ms until Envoy runs all that is served`);
    assert(tookMs < withinMs, `${tookMs} ms`);
  }

  async function body(host: string): Promise<string> {
    return (await fleet.get(`http://${host}/`)).body;
  }

  function reports(): readonly string[] {
    return fleet.problems.map(({ code, source, done }) => `${code} ${source.kind} ${source.name}: ${done}`);
  }

  test('of twenty hosts that change at once two are bad: the others are new, these are as they were, and both are named', async (t) => {
    const all = (name: string, bodyOf: (index: number) => string) =>
      hosts(
        ...Array.from({ length: 20 }, (_, index) => ({
          hostname: `${name}${index}.test`,
          routes: [answering('/', bodyOf(index), `${name}${index}`)],
        })),
      );
    await given(t, { virtualHosts: all('h', () => 'old') });
    await given(t, { virtualHosts: all('h', (index) => (index === 3 || index === 17 ? tooMuch : 'new')) });
    for (let index = 0; index < 20; index++) {
      assert.equal(await body(`h${index}.test`), index === 3 || index === 17 ? 'old' : 'new', `h${index}.test`);
    }
    const kept = 'What Envoy accepted before is still served.';
    assert.deepEqual(reports(), [`NR701 Ingress h17: ${kept}`, `NR701 Ingress h3: ${kept}`]);
    assert.equal(fleet.problems[0]?.message, 'Envoy node-1 refused host h17.test: response body size is 5000 bytes; maximum is 4096');
    assert.deepEqual(
      fleet.quarantine.map(({ type, name, replacedBy }) => `${type} ${name}: ${replacedBy}`),
      [`hosts h17.test: ${kept}`, `hosts h3.test: ${kept}`],
    );

    await given(t, { virtualHosts: all('h', () => 'corrected') });
    assert.equal(await body('h3.test'), 'corrected');
    assert.equal(await body('h17.test'), 'corrected');
    assert.deepEqual(reports(), []);
  });

  test('of twenty new hosts two are bad: these answer 503 on the paths of the bad objects', async (t) => {
    const rows = Array.from({ length: 20 }, (_, index) => {
      const bad = index === 5 || index === 6;
      const routes = [answering('/bad', bad ? tooMuch : 'fine', `one${index}`), answering('/', 'good', `two${index}`)];
      return { hostname: `n${index}.test`, routes };
    });
    await given(t, { virtualHosts: hosts(...rows) });
    for (let index = 0; index < 20; index++) {
      assert.equal(await body(`n${index}.test`), 'good');
      assert.equal(await fleet.status(`http://n${index}.test/bad`), index === 5 || index === 6 ? 503 : 200);
    }
    assert.deepEqual(
      fleet.problems.map(({ source }) => source.name),
      ['one5', 'one6'],
    );
    await given(t, { virtualHosts: { 'n5.test': undefined, 'n6.test': undefined } });
    assert.deepEqual(reports(), []);
  });

  test('of four objects with one host two are bad: each keeps what it had, and the changes of the others go through', async (t) => {
    const all = (bodyOf: (index: number) => string) =>
      hosts({ hostname: 'shared.test', routes: [1, 2, 3, 4].map((index) => answering(`/${index}`, bodyOf(index), `part${index}`)) });
    const bodies = (): Promise<readonly string[]> => Promise.all([1, 2, 3, 4].map((index) => body(`shared.test/${index}`)));
    await given(t, { virtualHosts: all(() => 'old') });
    await given(t, { virtualHosts: all((index) => (index > 2 ? tooMuch : 'new')) });
    assert.deepEqual(await bodies(), ['new', 'new', 'old', 'old']);
    const kept = 'What Envoy accepted before is still served.';
    assert.deepEqual(reports(), [`NR701 Ingress part3: ${kept}`, `NR701 Ingress part4: ${kept}`]);
    await given(t, { virtualHosts: all((index) => ['newer', 'newer', 'mended', tooMuch][index - 1] ?? '') });
    assert.deepEqual(await bodies(), ['newer', 'newer', 'mended', 'old']);
    await given(t, { virtualHosts: { 'shared.test': undefined } });
  });

  test('when the bad one of two new hosts is left out, the other is served at once', async (t) => {
    await given(t, {
      virtualHosts: hosts(
        { hostname: '*.c(d', routes: [answering('/', 'x', 'odd')] },
        { hostname: 'other.test', routes: [answering('/', 'y', 'other')] },
      ),
    });
    assert.equal(await body('other.test'), 'y');
    assert.deepEqual(reports(), ['NR701 Ingress odd: The host is not served.']);
    await given(t, { virtualHosts: { '*.c(d': undefined, 'other.test': undefined } });
  });

  test('a host that Envoy does not take at all is left out', async (t) => {
    await given(t, { virtualHosts: hosts({ hostname: '*.a(b', routes: [answering('/', 'x', 'odd')] }) });
    assert.deepEqual(reports(), ['NR701 Ingress odd: The host is not served.']);
    assert.equal(await body('first.test'), 'first');
    await given(t, { virtualHosts: { '*.a(b': undefined } });
    assert.deepEqual(reports(), []);
  });

  test('endpoints: new ones that are refused are empty, and good ones come through beside them', async (t) => {
    const web = service('web', [fleet.ports.http]);
    const bad = service('bad', [80], 'not-an-ip');
    await given(t, {
      upstreams: { ...web.upstreams, ...bad.upstreams },
      endpoints: { ...web.endpoints, ...bad.endpoints },
      virtualHosts: hosts(
        { hostname: 'bad.test', routes: [forwarding('/', 'shop/bad/80', 'bad')] },
        { hostname: 'web.test', routes: [forwarding('/web', 'shop/web/80', 'web'), answering('/', 'at the end of a loop', 'web')] },
      ),
    });
    assert.equal(await fleet.status('http://bad.test/'), 503);
    assert.deepEqual(reports(), ['NR701 Service bad: It has no endpoints: requests for it are answered with 503.']);
    assert.match(fleet.problems[0]?.message ?? '', /refused endpoints of shop\/bad\/80: malformed IP address: not-an-ip/);
    await given(t, { endpoints: { 'shop/bad/80': [] } });
    assert.deepEqual(reports(), []);
  });

  test('a cluster: its routes answer 503 until it is corrected', async (t) => {
    const { upstreams, endpoints } = service('refused', []);
    await given(t, {
      upstreams,
      endpoints,
      virtualHosts: hosts({ hostname: 'c.test', routes: [forwarding('/to', 'shop/refused/80', 'c'), answering('/', 'fine', 'd')] }),
    });
    assert.equal(await fleet.status('http://c.test/to'), 503);
    assert.equal(await body('c.test'), 'fine');
    assert.deepEqual(reports(), ['NR701 Service refused: Routes that have no other backend are answered with 503.']);
    const upstream = upstreams['shop/refused/80'];
    assert(upstream !== undefined);
    await given(t, { upstreams: { 'shop/refused/80': { ...upstream, service: 'good' } } });
    assert.deepEqual(reports(), []);
    assert.equal(fleet.assembly.current?.resources.clusters.has('shop/refused/80'), true);
  });

  test('a secret: its host gets the default certificate; one that was good is kept', async (t) => {
    const [own, other] = [await certificateFor(['s.test']), await certificateFor(['other.test'])];
    const mixed = certificate('s', { chain: own.chain, privateKey: other.privateKey });
    const virtualHosts = hosts({ hostname: 's.test', routes: [answering('/', 'secure', 's')] });
    await given(t, { virtualHosts, certificates: { 'shop/s': mixed }, hostCertificates: { 's.test': { certificate: 'shop/s' } } });
    const unknown = (await fleet.get('https://nobody.test/')).certificate;
    assert.equal((await fleet.get('https://s.test/')).certificate, unknown);
    assert.deepEqual(
      fleet.problems.map(({ code, source }) => `${code} ${source.kind} ${source.name}`),
      ['NR701 Secret s'],
    );
    await given(t, { certificates: { 'shop/s': certificate('s', own) } });
    assert.deepEqual(reports(), []);
    const good = await eventually('its own certificate', async () => {
      const { certificate: shown } = await fleet.get('https://s.test/');
      return shown === unknown ? undefined : shown;
    });
    await given(t, { certificates: { 'shop/s': mixed } });
    assert.deepEqual(reports(), ['NR701 Secret s: What Envoy accepted before is still served.']);
    assert.equal((await fleet.get('https://s.test/')).certificate, good);
  });

  test('a listener stays as it was', async (t) => {
    const own = await certificateFor(['l.test']);
    const named = (hostname: string) => hosts({ hostname, routes: [answering('/', 'secure', 'l')] });
    await given(t, {
      virtualHosts: named('a.*.b'),
      certificates: { 'shop/s': certificate('s', await certificateFor(['s.test'])), 'shop/l': certificate('l', own) },
      hostCertificates: { 'a.*.b': { certificate: 'shop/l' } },
    });
    assert.deepEqual(reports(), ['NR701 Naru listener https: What Envoy accepted before is still served.']);
    assert.equal((await fleet.get('https://s.test/')).body, 'secure');
    await given(t, {
      virtualHosts: { ...named('l.test'), 'a.*.b': undefined },
      hostCertificates: { 'a.*.b': undefined, 'l.test': { certificate: 'shop/l' } },
    });
    assert.deepEqual(reports(), []);
    await eventually('the new filter chain', async () => {
      const { certificate: shown } = await fleet.get('https://l.test/');
      return shown !== (await fleet.get('https://nobody.test/')).certificate ? true : undefined;
    });
  });
});
