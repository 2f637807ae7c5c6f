// auth-type and its family: who gets in with what password, and that nobody gets in where nobody can tell.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { Naru } from '../../support/naru.ts';
import { echoService, ingressYaml, secretYaml } from '../../support/yaml.ts';

let naru: Naru;
describe('passwords', () => {
  test('Naru starts with an Envoy', async () => {
    naru = await Naru.start();
  });
  after(() => naru.stop());

  const users = secretYaml('users', {
    auth: [
      'ada:$apr1$abcdefgh$IYp2oL6wMKQl4HnNo8eI9/',
      'grace:$2y$05$s0HN3l0PqajgPMjEi7Npoe65bq4HsCPUdYF.ZPEXKeWOgnkBU0RsC',
      'old:rqXexS6ZhobKA',
    ].join('\n'),
  });
  const byName = secretYaml('by-name', { alan: '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=' });

  const basic = { 'auth-type': 'basic', 'auth-secret': 'users', 'auth-realm': 'Only for the team' };

  function as(user: string, password: string) {
    return { headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } };
  }

  /** One exact host, one wildcard, and any other: a protection holds on each. */
  async function given(annotations: Readonly<Record<string, string>>, more = users + byName): Promise<void> {
    const paths = ['Prefix / web'];
    const open = ingressYaml({ name: 'open', host: 'secret.test', paths: ['Prefix /open web'] });
    const hosts = [{ name: 'exact', host: 'secret.test' }, { name: 'wildcard', host: '*.secret.test' }, { name: 'any' }];
    await naru.given(hosts.map((each) => ingressYaml({ ...each, paths, annotations })).join('') + open + echoService('web') + more);
  }

  const urls = ['http://secret.test/', 'http://a.secret.test/', 'http://elsewhere.test/'];
  const statuses = (details = {}) => Promise.all(urls.map((url) => naru.served(url, details)));
  const everywhere = <T>(answer: T): readonly T[] => [answer, answer, answer];

  test('who knows the password gets in, everybody else is asked for it', async () => {
    await given(basic);
    assert.deepEqual(await statuses(as('ada', 'pässwort')), everywhere('web'));
    assert.deepEqual(await statuses(as('grace', 'secret')), everywhere('web'));
    assert.deepEqual(await statuses(as('ada', 'wrong')), everywhere(401));
    assert.deepEqual(await statuses(as('nobody', 'secret')), everywhere(401));
    assert.deepEqual(await statuses(), everywhere(401));
    const { headers } = await naru.get('http://secret.test/');
    assert.equal(headers['www-authenticate'], 'Basic realm="Only for the team"');
  });

  test('paths of other Ingresses of the host stay open', async () => {
    await given(basic);
    assert.equal(await naru.served('http://secret.test/open'), 'web');
  });

  test('the backend does not get the password', async () => {
    await given(basic);
    const { body } = await naru.get('http://secret.test/', as('ada', 'pässwort'));
    assert.equal((JSON.parse(body) as { headers: Record<string, string> }).headers['authorization'], undefined);
  });

  test('a user whose hash nobody can check is answered 503, whatever the password', async () => {
    await given(basic);
    assert.deepEqual(await statuses(as('old', 'secret')), everywhere(503));
    assert.ok(naru.problems.every(({ code, message }) => code === 'NR241' && message.includes('"old"')));
  });

  test('a Secret may hold a key for each user', async () => {
    await given({ 'auth-type': 'basic', 'auth-secret': 'by-name', 'auth-secret-type': 'auth-map' });
    assert.deepEqual(await statuses(as('alan', 'secret')), everywhere('web'));
    assert.deepEqual(await statuses(as('alan', 'wrong')), everywhere(401));
  });

  test('without auth-type nobody is asked', async () => {
    await given({ 'auth-secret': 'users' });
    assert.deepEqual(await statuses(), everywhere('web'));
  });

  // CVE-2026-54762: a route whose auth-secret was not found was published without a password.
  test('CVE-2026-54762: without its Secret a path is closed, and no other; with it, it opens', async () => {
    await given(basic, '');
    assert.deepEqual(await statuses(as('ada', 'pässwort')), everywhere(503));
    assert.equal(await naru.served('http://secret.test/open'), 'web');
    assert.deepEqual([...new Set(naru.problems.map(({ code }) => code))], ['NR240']);
    await given(basic);
    assert.deepEqual(await statuses(as('ada', 'pässwort')), everywhere('web'));
    await given(basic, secretYaml('users', { other: 'ada:{PLAIN}secret' }));
    assert.deepEqual(await statuses(as('ada', 'secret')), everywhere(503));
  });

  test('what cannot be had or read closes the path', async () => {
    for (const wrong of [
      { 'auth-type': 'digest' },
      { 'auth-type': 'none' },
      { 'auth-secret': 'a b' },
      { 'auth-secret-type': 'file' },
      { 'auth-realm': 'a"b' },
    ]) {
      await given({ ...basic, ...wrong });
      assert.deepEqual(await statuses(as('ada', 'pässwort')), everywhere(503), JSON.stringify(wrong));
    }
  });

  test('a changed password holds at once', async () => {
    await given(basic);
    assert.equal(await naru.served('http://secret.test/', as('grace', 'secret')), 'web');
    await given(basic, secretYaml('users', { auth: 'grace:{PLAIN}changed' }));
    const changed = async () => ((await naru.served('http://secret.test/', as('grace', 'changed'))) === 'web' ? true : undefined);
    await eventually('the new password', changed);
    assert.equal(await naru.served('http://secret.test/', as('grace', 'secret')), 401);
  });

  test('satisfy: any asks who is not on the list, all asks everybody', async () => {
    const here = { ...basic, 'allowlist-source-range': '127.0.0.1' };
    const elsewhere = { ...basic, 'allowlist-source-range': '192.0.2.0/24' };
    await given({ ...here, satisfy: 'any' });
    assert.deepEqual(await statuses(), everywhere('web'));
    await given({ ...elsewhere, satisfy: 'any' });
    assert.deepEqual(await statuses(), everywhere(401));
    // What a client says of its address is not believed.
    assert.deepEqual(await statuses({ headers: { 'x-real-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.1' } }), everywhere(401));
    assert.deepEqual(await statuses(as('ada', 'pässwort')), everywhere('web'));
    // Not to be kept out is not to be let in.
    await given({ ...basic, 'denylist-source-range': '192.0.2.0/24', satisfy: 'any' });
    assert.deepEqual(await statuses(), everywhere(401));
    await given(here);
    assert.deepEqual(await statuses(), everywhere(401));
    await given(elsewhere);
    assert.deepEqual(await statuses(as('ada', 'pässwort')), everywhere(403));
  });

  test('while the helper is gone nobody gets in', async () => {
    await given(basic);
    naru.authz.stop();
    assert.deepEqual(await statuses(as('ada', 'pässwort')), everywhere(503));
    assert.equal(await naru.served('http://secret.test/open'), 'web');
  });
});
