// Whatever snippets hold: Envoy refuses nothing, neighbours have what they had, and what keeps somebody out is never missing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { runSnippet } from '../../src/ingress/snippets/run.ts';
import { readSyntax } from '../../src/ingress/snippets/syntax.ts';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { Conditions, Route } from '../../src/model/route.ts';
import { encode } from '../../src/proto/codec.ts';
import type { Build } from '../../src/runtime/build.ts';
import { built, buildOptions, routesOf } from '../support/build.ts';
import { ingress, metadata, naruClass, service, slice } from '../support/objects.ts';
import { proofOfSuite } from '../support/proof.ts';
import { nastyText } from '../xds/nasty-text.ts';

const settings: KubeObject = {
  kind: 'ConfigMap',
  metadata: metadata('naru'),
  data: { 'allow-snippet-annotations': 'true', 'annotations-risk-level': 'Critical' },
};
const options = { ...buildOptions, ingress: { ...defaultIngressOptions, configMap: 'default/naru' } };
const neighbours: readonly KubeObject[] = [
  ...[naruClass, settings, service('web'), slice('web-1', 'web', ['10.0.0.1'])],
  ingress({ name: 'neighbour', host: 'neighbour.test', paths: [{ path: '/', service: 'web' }] }),
];

const variable = fc.constantFrom(
  '$http_a',
  '$cookie_b',
  '$arg_c',
  '$host',
  '$uri',
  '$args',
  '$scheme',
  '$remote_addr',
  '$x',
  '${y}',
  '$1',
  '$',
);
const word = fc.oneof(
  variable,
  nastyText.map((text) => JSON.stringify(text)),
  nastyText,
  fc.constantFrom(
    'a',
    '"^/a(b|c)$"',
    "'%REQ(x)%'",
    '"a: b"',
    '403',
    '^(.*)$',
    '(?!a)',
    '"[^/]+"',
    'https://a.test$request_uri',
    '127.0.0.1',
    'all',
    '""',
  ),
);
const operator = fc.constantFrom('=', '!=', '~', '~*', '!~', '!~*', '', 'x');
const name = fc.constantFrom(
  ...['set', 'return', 'rewrite', 'break', 'add_header', 'proxy_set_header', 'more_set_headers', 'more_clear_headers', 'allow', 'deny'],
  ...['more_set_input_headers', 'more_clear_input_headers', 'proxy_hide_header', 'gzip', 'limit_req', 'location', 'access_by_lua_block'],
);
const line = fc.tuple(name, fc.array(word, { maxLength: 3 })).map(([first, words]) => `${[first, ...words].join(' ')};`);
const condition = fc.tuple(variable, operator, word, fc.array(line, { maxLength: 3 }));
const block = condition.map(([subject, how, text, lines]) => `if (${subject} ${how} ${text}) {\n${lines.join('\n')}\n}`);
const readable = fc.constantFrom(
  ...[
    'set $x "a$http_a";',
    'if ($http_a ~* "^b?$") { set $x 1; }',
    'if ($x) { return 403 $x; }',
    'if ($uri ~ "/a.*b$") { return 301 /c$is_args; }',
  ],
  ...[
    'more_set_headers "X-A: $x%";',
    'if ($arg_c) { more_set_headers "X-B: b"; }',
    'rewrite ^/(.*)$ https://b.test/$1? permanent;',
    'deny 10.0.0.0/8;',
  ],
);
const snippet = fc.array(fc.oneof(readable, readable, line, block, nastyText), { maxLength: 8 }).map((parts) => parts.join('\n'));

const objects = fc
  .record({ configuration: snippet, server: fc.option(snippet, { nil: '' }), host: fc.constantFrom('own.test', '*.own.test', undefined) })
  .map(({ configuration, server, host }) => {
    const prefix = 'nginx.ingress.kubernetes.io';
    const annotations = { [`${prefix}/configuration-snippet`]: configuration, [`${prefix}/server-snippet`]: server };
    const paths = [
      { path: '/', service: 'web' },
      { path: '/a', service: 'web', type: 'Exact' as const },
    ];
    return ingress({ name: 'own', ...(host !== undefined && { host }), paths, metadata: { annotations } });
  });

function neighbourOf({ current }: Build): string {
  const host = routesOf(current).virtual_hosts?.find((one) => one.name === 'neighbour.test');
  assert.ok(host !== undefined);
  return encode('envoy.config.route.v3.VirtualHost', host).toString('base64');
}

function routesWith(annotation: string, text: string): readonly Route[] {
  const annotations = { [`nginx.ingress.kubernetes.io/${annotation}`]: text };
  const own = ingress({ name: 'own', host: 'own.test', paths: [{ path: '/', service: 'web' }], metadata: { annotations } });
  const { routes = [], fallback } = built([...neighbours, own], options).model.virtualHosts.get('own.test') ?? {};
  return fallback === undefined ? routes : [...routes, fallback];
}

describe('whatever snippets hold', () => {
  const undisturbed = neighbourOf(built(neighbours, options));

  test('other hosts have exactly what they had, and nothing fails', () => {
    fc.assert(
      fc.property(objects, (own) => {
        const build = built([...neighbours, own], options);
        assert.equal(neighbourOf(build), undisturbed);
        const failures = build.problems().filter(({ code }) => code === 'NR901' || code === 'NR713');
        assert.deepEqual(failures, []);
      }),
      { numRuns: 150 },
    );
  });

  test('a line that keeps somebody out holds, or the paths are closed', () => {
    const others = fc.array(
      fc.oneof(line, block, nastyText).filter((text) => !/\ballow\b|#|["'\\]/.test(text)),
      { maxLength: 4 },
    );
    const protections = fc.constantFrom(
      'deny all;',
      'limit_req zone=a;',
      'auth_basic "x";',
      'if ($remote_addr) { return 403; }',
      'internal;',
    );
    const annotation = fc.constantFrom('configuration-snippet', 'server-snippet');
    fc.assert(
      fc.property(others, protections, others, annotation, (first, protection, then, which) => {
        const open = routesWith(which, [...first, protection, ...then].join('\n')).filter(
          ({ action, policy = {} }) => action.type === 'forward' && policy.clientAddresses === undefined,
        );
        assert.deepEqual(open, []);
      }),
      { numRuns: 150 },
    );
  });

  describe('the real Envoy', () => {
    const proof = proofOfSuite();

    test('refuses nothing', async () => {
      await fc.assert(
        fc.asyncProperty(objects, async (own) => {
          assert.deepEqual(await proof.refusalsOf(built([...neighbours, own], options).current), []);
        }),
        { numRuns: 100, interruptAfterTimeLimit: 20_000 },
      );
    });
  });
});

/** One condition in both languages: as it is written, and what it says of two headers. */
interface Asked {
  readonly text: string;
  readonly holds: (value: string) => boolean;
}

const asked: readonly Asked[] = [
  { text: '', holds: (value) => value !== '' && value !== '0' },
  { text: '= "x"', holds: (value) => value === 'x' },
  { text: '!= "x"', holds: (value) => value !== 'x' },
  { text: '= ""', holds: (value) => value === '' },
  { text: '!= ""', holds: (value) => value !== '' },
  { text: '~ x', holds: (value) => value.includes('x') },
  { text: '!~ ^x', holds: (value) => !value.startsWith('x') },
  { text: '~* "^Y?$"', holds: (value) => /^y?$/i.test(value) },
  { text: '!~* "^y?$"', holds: (value) => !/^y?$/i.test(value) },
];

test('a request gets what nginx would come to, line by line', () => {
  const step = fc.record({
    header: fc.constantFrom('a', 'b'),
    ask: fc.constantFrom(...asked),
    does: fc.constantFrom('set', 'return', 'break'),
  });
  const values = fc.constantFrom(undefined, '', '0', 'x', 'ax', 'Y', 'z');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4 }), values, values, (steps, a, b) => {
      const does = (index: number) => ({ set: `set $v "\${v}${index}";`, return: `return 403 ${index};`, break: 'break;' });
      const text = steps.map(({ header, ask, does: what }, index) => `if ($http_${header} ${ask.text}) { ${does(index)[what]} }`);
      const syntax = readSyntax(['set $v "-";', ...text, 'more_set_headers "X-V: $v";'].join('\n'));
      assert.ok(syntax.ok);
      const { cases, unread } = runSnippet(syntax.directives, {});
      assert.deepEqual(unread, []);
      const found = cases.find(({ conditions }) => isMet(conditions, { a, b }));
      const [header] = found?.policy.responseHeaders?.set ?? [];
      const came = found?.answer === undefined ? `v ${header?.value.map(String).join('')}` : `answer ${found.answer.body}`;
      assert.equal(came, stepByStep(steps, { a, b }));
    }),
    { numRuns: 1500 },
  );
});

type Headers = Readonly<Record<string, string | undefined>>;

function stepByStep(steps: readonly { readonly header: string; readonly ask: Asked; readonly does: string }[], headers: Headers): string {
  let v = '-';
  for (const [index, { header, ask, does }] of steps.entries()) {
    if (!ask.holds(headers[header] ?? '')) continue;
    if (does === 'return') return `answer ${index}`;
    if (does === 'break') break;
    v += String(index);
  }
  return `v ${v}`;
}

/** As Envoy compares headers: of one that is not there nothing is true, but that it is not there. */
function isMet({ headers = [] }: Conditions, given: Headers): boolean {
  return headers.every(({ name: header, value, not }) => {
    const text = given[header];
    if (value === undefined) return (text === undefined) === (not === true);
    if (text === undefined) return false;
    const inAnyCase = value.text.startsWith('(?i)');
    const expression = value.text.replace('(?i)', '').replaceAll('(?s:', '(?:');
    return value.type === 'exact' ? text === value.text : new RegExp(`^(?:${expression})$`, inAnyCase ? 'si' : 's').test(text);
  });
}
