// Whatever annotations and paths of one Ingress hold: Envoy refuses nothing, and its neighbours have exactly what they had.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { Family } from '../../src/ingress/annotations/family.ts';
import { families } from '../../src/ingress/annotations/index.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { encode } from '../../src/proto/codec.ts';
import type { Build } from '../../src/runtime/build.ts';
import { built, routesOf } from '../support/build.ts';
import { ingress, naruClass, service, slice } from '../support/objects.ts';
import { proofOfSuite } from '../support/proof.ts';
import { nastyPath, nastyText } from '../xds/nasty-text.ts';

const neighbours: readonly KubeObject[] = [
  naruClass,
  service('web'),
  slice('web-1', 'web', ['10.0.0.1']),
  ingress({ name: 'neighbour', host: 'neighbour.test', paths: [{ path: '/', service: 'web' }] }),
  // Once a host has a TLS policy of its own, all others are guarded against requests that come by its connections.
  ingress({
    name: 'guarded',
    host: 'guarded.test',
    metadata: { annotations: { 'nginx.ingress.kubernetes.io/ssl-prefer-server-ciphers': 'false' } },
  }),
  ingress({ name: 'housemate', host: 'shared.test', paths: [{ path: '/housemate', service: 'web' }] }),
];

/** What regular expressions are made of, closed or not. */
const expression = fc
  .array(
    fc.constantFrom(
      ...[
        '/',
        'a',
        '.',
        '(',
        ')',
        '(?:',
        '(?i)',
        '(?-i:',
        '(?<n>',
        '(?P<n>',
        '[',
        ']',
        '[^',
        '[[:alpha:]]',
        '|',
        '*',
        '+',
        '?',
        '??',
        '++',
      ],
      ...[
        '{2}',
        '{1,1000}',
        '{1001}',
        '\\',
        '\\Q',
        '\\E',
        '\\d',
        '\\pL',
        '\\1',
        '\\x{10ffff}',
        '\\xff',
        '^',
        '$',
        '\\b',
        '\\z',
        'é',
        '%',
        '\n',
      ],
    ),
    { maxLength: 12 },
  )
  .map((parts) => `/${parts.join('')}`);

/** Values that almost pass, and what they could break out of. */
const broken = fc
  .tuple(
    fc.constantFrom('/', '/$1', 'https://a.test/', 'a.test', '$host', 'true', '404', 'web', '"', '~^a'),
    fc.constantFrom(
      '\n',
      '\r\n',
      '\0',
      ' ',
      '"',
      "'",
      '}',
      '{',
      ';',
      '%',
      '%REQ(x)%',
      '\\1',
      '\\',
      '$',
      '${',
      '#',
      '|',
      ',',
      '/../',
      '*',
      '€',
    ),
    fc.constantFrom('', '/', '/$1', 'return 200;', 'b.test', '$2'),
  )
  .map((parts) => parts.join(''));

const usable: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'use-regex': fc.constantFrom('true', 'false'),
  'rewrite-target': fc.constantFrom('/', '/$1', '$2', '/$2/$1', 'a', '/$9$0', '/a:b/~$3'),
  'permanent-redirect': fc.constantFrom('https://a.test', 'http://a.test:8080/a?b=c,d&e'),
  'permanent-redirect-code': fc.constantFrom('300', '301', '304', '308'),
  'temporal-redirect': fc.constantFrom('https://a.test'),
  'app-root': fc.constantFrom('/', '//', '/a:b'),
  'mirror-target': fc.constantFrom('http://copy.test', 'https://copy:8080$request_uri', 'http://10.9.8.7/'),
  'mirror-host': fc.constantFrom('copy.test', 'a:1'),
  'upstream-vhost': fc.constantFrom('a.test', '$host', '${service_name}.$namespace', '$http_x', '$arg_a.$status'),
  'server-alias': fc.constantFrom('a.test', 'neighbour.test,*.b.test', 'own.test', 'x.shared.test'),
  'from-to-www-redirect': fc.constantFrom('true'),
  'default-backend': fc.constantFrom('web', 'absent'),
  'custom-http-errors': fc.constantFrom('404', '400,599,503', '500,500'),
  'disable-proxy-intercept-errors': fc.constantFrom('true'),
  'ssl-passthrough': fc.constantFrom('true'),
  'x-forwarded-prefix': fc.constantFrom('/', '/a:b', 'x'),
  'proxy-cookie-domain': fc.constantFrom('off', 'a b', '~a.b c', '.a. .b', '~a?b??c d', '~ x'),
  'proxy-cookie-path': fc.constantFrom('off', '/ /a', '~/a?b /', '~&,= ~'),
  'proxy-redirect-from': fc.constantFrom('default', 'http://a/', '~https?:', '~'),
  'proxy-redirect-to': fc.constantFrom('/', 'https://b/', 'off'),
};

/** Every annotation but snippets, which have a test of their own. */
const values: Readonly<Record<string, fc.Arbitrary<string>>> = Object.fromEntries(
  Object.values<Family<unknown>>(families).flatMap(({ fields }) =>
    Object.entries(fields)
      .filter(([, { risk }]) => risk !== 'Critical')
      .map(([name, { example }]) => {
        const good = usable[name] ?? fc.constant(example);
        return [name, fc.oneof(good, good, broken, nastyText, fc.constant('x'.repeat(70_000)))] as const;
      }),
  ),
);

function record(names: readonly string[]): fc.Arbitrary<Readonly<Record<string, string>>> {
  const chosen = names.flatMap((name) =>
    values[name] === undefined ? [] : [[`nginx.ingress.kubernetes.io/${name}`, values[name]] as const],
  );
  return fc.record(Object.fromEntries(chosen));
}

/** A few of those that act together most, and a few of all. */
const annotations = fc
  .tuple(fc.subarray(Object.keys(usable)), fc.subarray(Object.keys(values), { maxLength: 6 }))
  .chain(([some, any]) => record([...new Set([...some, ...any])]));

const paths = fc.array(
  fc.record({
    path: fc.oneof(nastyPath, expression, expression),
    service: fc.constantFrom('web', 'absent'),
    type: fc.constantFrom('Exact', 'Prefix'),
  }),
  { minLength: 1, maxLength: 4 },
);

const objects = fc
  .record({ annotations, paths, host: fc.constantFrom('own.test', '*.own.test', undefined) })
  .map(({ host, ...own }) =>
    ingress({ name: 'own', ...(host === undefined ? {} : { host }), paths: own.paths, metadata: { annotations: own.annotations } }),
  );

/** Without what sends back who comes over a connection for a host with other settings of TLS: there is such a host now. */
function hostOf({ current }: Build, hostname: string): string {
  const host = routesOf(current).virtual_hosts?.find(({ name }) => name === hostname);
  assert.ok(host !== undefined, hostname);
  const routes = host.routes?.filter(({ name }) => name !== 'misdirected') ?? [];
  return encode('envoy.config.route.v3.VirtualHost', { ...host, routes }).toString('base64');
}

describe('whatever annotations and paths hold', () => {
  const undisturbed = built(neighbours);

  test('other hosts have exactly what they had', () => {
    fc.assert(
      fc.property(objects, (own) => {
        const build = built([...neighbours, own]);
        for (const hostname of ['neighbour.test', 'shared.test']) assert.equal(hostOf(build, hostname), hostOf(undisturbed, hostname));
        assert.deepEqual(
          build.problems().filter(({ code }) => code === 'NR901'),
          [],
        );
      }),
      { numRuns: 200 },
    );
  });

  describe('the real Envoy', () => {
    const proof = proofOfSuite();

    test('refuses nothing', async () => {
      await fc.assert(
        fc.asyncProperty(objects, async (own) => {
          assert.deepEqual(await proof.refusalsOf(built([...neighbours, own]).current), []);
        }),
        { numRuns: 100, interruptAfterTimeLimit: 20_000 },
      );
    });
  });
});
