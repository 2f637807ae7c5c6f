import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisiveAmong } from '../../../src/cli/why/decisive.ts';
import { originOf } from '../../../src/cli/why/origin.ts';
import { whySettings, worldOf } from './world.ts';

const all = Array.from({ length: 1000 }, (_, index) => index);

test('each setting decides without which it is otherwise', () => {
  const isOtherwise = (without: readonly number[]) => without.includes(3) || without.includes(7);
  assert.deepEqual(decisiveAmong(all.slice(0, 10), isOtherwise), { settings: [3, 7], eachAlone: false });
});

test('where each of some would do, these are found, among many by few tries', () => {
  let tries = 0;
  const isOtherwise = (without: readonly number[]) => {
    tries++;
    return [30, 700].every((one) => without.includes(one));
  };
  assert.deepEqual(decisiveAmong(all, isOtherwise), { settings: [30, 700], eachAlone: true });
  assert.ok(tries < 60, String(tries));
  assert.deepEqual(decisiveAmong([30, 1, 700], isOtherwise), { settings: [30, 700], eachAlone: true });
  assert.deepEqual(decisiveAmong([1, 2], isOtherwise), { settings: [], eachAlone: false });
});

test('of several routes of one name the one is meant that has the field', async () => {
  const redirecting = { name: 'one', host: 'a.example.com', paths: ['Prefix / web'], tls: ['tls a.example.com'] };
  const build = await worldOf([{ ...redirecting, annotations: { 'proxy-read-timeout': '70' } }], {});
  const { value, causes = [] } =
    originOf(build, 'host/a.example.com', 'routes[default/one prefix /].route.idle_timeout', whySettings) ?? {};
  assert.deepEqual([value, causes.map(({ setting }) => setting.value)], ['210s', ['70']]);
});

test('two Ingresses of a host that say the same of its TLS are both named', async () => {
  const annotations = { 'ssl-prefer-server-ciphers': 'false' };
  const sharing = ['one', 'two'].map((name) => {
    return { name, annotations, host: 'a.example.com', paths: [`Prefix /${name} web`], tls: ['tls a.example.com'] };
  });
  const field = 'filter_chains[a.example.com].transport_socket.typed_config.prefer_client_ciphers';
  const { value, eachAlone, causes = [] } = originOf(await worldOf(sharing, {}), 'listener/https', field, whySettings) ?? {};
  assert.deepEqual([value, eachAlone, causes.map(({ setting }) => setting.source.name)], [true, true, ['one', 'two']]);
});
