// Whatever the ConfigMaps hold: nothing is published that Envoy refuses, no host vanishes, and what is wrong is said.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { knownKeys } from '../../src/ingress/config/read-config.ts';
import { printFallback } from '../../src/ingress/config/setting.ts';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import type { ConfigMap, KubeObject } from '../../src/kube/objects.ts';
import type { Build } from '../../src/runtime/build.ts';
import { built, buildOptions, routesOf } from '../support/build.ts';
import { assertNoViolations, neighbour } from '../support/neighbour.ts';
import { metadata } from '../support/objects.ts';
import { proofOfSuite } from '../support/proof.ts';
import { nastyText } from './nasty-text.ts';

const options = {
  ...buildOptions,
  ingress: {
    ...defaultIngressOptions,
    configMap: 'shop/settings',
    streams: { tcp: 'shop/tcp', udp: 'shop/udp', reserved: [] },
  },
};

/** Texts of the kinds that settings want, at and beyond their limits. */
const settingText = fc.oneof(
  fc.constantFrom('true', 'false', '0', '1', '-1', '4294967296', '999999999', '0.5', 'on', 'off', 'auto', '', '-'),
  fc.constantFrom('1ms', '999w', '1h30m', '99999d', '0s', '8k', '1024m', '999999 8k', '1 0', '4294967295 1g'),
  fc.constantFrom('0.0.0.0/0', '::/0', '10.0.0.0/33', '1.2.3.4', 'fe80::1%lo/64', '10.1.2.3/8,::1', '203.0.113.0/24,203.0.113.0/24'),
  fc.constantFrom('TLSv1', 'TLSv1.3', 'TLSv1 TLSv1.3', 'SSLv3', 'ALL', 'AES128-SHA', 'X25519:P-521', 'secp384r1:x'),
  fc.constantFrom(
    '~*',
    '~(',
    '~*a{1000}',
    '~*(a{90}){90}',
    '~\\p{L}',
    '~[^\\u0100]{60}',
    '~*(?=a)',
    '~a|b|',
    '~.*.*.*.*',
    '~*😀',
    '~*[[:alpha:]]',
  ),
  fc.constantFrom(
    '$',
    '$host',
    '${',
    '%REQ(',
    '%%',
    '%',
    '$request %CEL(',
    '{"a": "$status", "b": {"c": $nothing}}',
    '{"a": [1]}',
    '{"%": "%"}',
  ),
  fc.constantFrom(
    'shop/headers',
    'shop/nobody',
    'a/b/c',
    'X-A,X-B',
    'X A',
    ':authority',
    'host',
    'server',
    '/a?b,/%',
    'text/html *',
    '301',
    '418',
  ),
  nastyText,
);

const known = [...knownKeys];
/** Addresses to listen on are of the machine, and not for this test to choose. */
const keys = fc.constantFrom(...known.map(([name]) => name).filter((name) => name !== 'bind-address'));
const settings = fc.dictionary(fc.oneof({ weight: 20, arbitrary: keys }, nastyText), settingText, { maxKeys: 12 });
const headers = fc.dictionary(
  fc.oneof(nastyText, fc.constantFrom('X-A', 'Host', 'x-forwarded-for', 'Set-Cookie', ':path', 'Server', 'X-Envoy-Retry-On')),
  fc.oneof(nastyText, fc.constantFrom('$host', '$a', '%REQ(x)%', '$http_', '$arg_%', 'DENY')),
  { maxKeys: 4 },
);
const entries = fc.dictionary(
  fc.oneof(nastyText, fc.integer({ min: -1, max: 65_537 }).map(String)),
  fc.oneof(
    nastyText,
    fc.constantFrom('shop/neighbour:80', 'shop/neighbour:80:PROXY:PROXY', 'shop/neighbour', 'shop/neighbour:80::', 'shop/x:1'),
  ),
  { maxKeys: 5 },
);

function map(name: string, data: Readonly<Record<string, string>>): ConfigMap {
  return { kind: 'ConfigMap', metadata: metadata(name), data };
}

function build(...maps: readonly KubeObject[]): Build {
  return built([...maps, ...neighbour], options);
}

describe('whatever is in ConfigMaps', () => {
  /** How redirects and connections to backends are made is for settings to say; that there are some is not. */
  const untouched = ({ current }: Build) => ({
    backends: [...(current?.resources.endpoints.names() ?? [])].filter((name) => name.startsWith('shop/neighbour/80')).length > 0,
    host: routesOf(current).virtual_hosts?.some(({ name }) => name === 'neighbour.test'),
    certificate: current?.resources.secrets.get('neighbour.test')?.version,
  });
  const undisturbed = untouched(build());

  test('what is published breaks no rule of Envoy, hosts stay, and each key that is wrong is named', () => {
    fc.assert(
      fc.property(settings, headers, entries, (data, named, ports) => {
        const result = build(
          map('settings', { 'add-headers': 'shop/headers', ...data }),
          map('headers', named),
          map('tcp', ports),
          map('udp', ports),
        );
        assertNoViolations(result);
        assert.deepEqual(untouched(result), undisturbed);
        const problems = result.problems();
        assert.deepEqual(
          problems.filter(({ code }) => code === 'NR901' || code === 'NR713'),
          [],
        );
        const complaints = problems.filter(({ source }) => source.name === 'settings').length;
        assert.ok(complaints >= Object.keys(data).filter((name) => !knownKeys.has(name)).length);
      }),
      { numRuns: 300 },
    );
  });

  test('a value that is its default, written out, changes nothing', () => {
    const written = Object.fromEntries(
      known.flatMap(([name, { setting }]) => (printFallback(setting) === 'none' ? [] : [[name, printFallback(setting)] as const])),
    );
    const [bare, full] = [build(map('settings', {})), build(map('settings', written))];
    assert.equal(full.current?.hash, bare.current?.hash);
  });

  describe('the real Envoy', () => {
    const proof = proofOfSuite();

    test('refuses nothing, each key by itself with each kind of value', async () => {
      await fc.assert(
        fc.asyncProperty(settings, headers, async (data, named) => {
          const maps = [
            map('settings', { 'add-headers': 'shop/headers', 'proxy-set-headers': 'shop/headers', ...data }),
            map('headers', named),
          ];
          assert.deepEqual(await proof.refusalsOf(build(...maps).current), []);
        }),
        { numRuns: 60, interruptAfterTimeLimit: 20_000 },
      );
    });
  });
});
