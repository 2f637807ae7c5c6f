// Whatever the annotations of a protection hold: its paths are protected or closed, never open.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { RoutePolicy } from '../../src/model/route-policy.ts';
import type { Route } from '../../src/model/route.ts';
import { built } from '../support/build.ts';
import { ingress, naruClass, service, slice } from '../support/objects.ts';
import { nastyText } from '../xds/nasty-text.ts';

interface Protection {
  /** The annotation without which nobody asks for it, and values that can be read or nearly so. */
  readonly trigger: string;
  readonly values: readonly string[];
  /** Others of its family. */
  readonly beside: readonly string[];
  readonly holds: (policy: RoutePolicy) => boolean;
}

const protections: Readonly<Record<string, Protection>> = {
  addresses: {
    trigger: 'allowlist-source-range',
    values: ['10.0.0.0/8', '10.0.0.0/8,', ',', '::/0', '10.0.0.0/33', '10.0.0.1%eth0'],
    beside: ['denylist-source-range', 'whitelist-source-range', 'satisfy'],
    holds: ({ clientAddresses }) => clientAddresses !== undefined,
  },
  passwords: {
    trigger: 'auth-type',
    values: ['basic', 'Basic', 'digest', 'basic '],
    beside: ['auth-secret', 'auth-secret-type', 'auth-realm', 'satisfy'],
    holds: ({ passwords }) => passwords !== undefined,
  },
  services: {
    trigger: 'auth-url',
    values: ['http://a.test/', 'https://$host/x?$args', 'http://', '/path', 'http://a.test/$arg_x'],
    beside: [
      'auth-method',
      'auth-signin',
      'auth-response-headers',
      'auth-cache-key',
      'auth-cache-duration',
      'satisfy',
      'enable-global-auth',
    ],
    holds: ({ authService }) => authService !== undefined,
  },
  rates: {
    trigger: 'limit-rps',
    values: ['1', '1.0', '-1', '1e3', '9999999999'],
    beside: ['limit-rpm', 'limit-burst-multiplier', 'limit-allowlist'],
    holds: ({ rateLimits }) => rateLimits !== undefined,
  },
};

/** Annotations that change what becomes of a route. */
const others = fc.dictionary(
  fc.constantFrom(
    'enable-cors',
    'cors-allow-origin',
    'rewrite-target',
    'use-regex',
    'proxy-read-timeout',
    'canary-weight',
    'affinity',
    'limit-rpm',
  ),
  fc.oneof(nastyText, fc.constantFrom('true', '1', '/', '*', 'cookie')),
);

function routesWith(annotations: Readonly<Record<string, string>>): readonly Route[] {
  const prefixed = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]));
  const paths = [
    { path: '/', service: 'web' },
    { path: '/a', service: 'web', type: 'Exact' as const },
  ];
  const guarded = ingress({ name: 'guarded', host: 'guarded.test', paths, metadata: { annotations: prefixed } });
  const { model } = built([naruClass, service('web'), slice('web-1', 'web', ['10.0.0.1']), guarded]);
  const { routes, fallback } = model.virtualHosts.get('guarded.test') ?? { routes: [] };
  return fallback === undefined ? routes : [...routes, fallback];
}

describe('a protection that is asked for', () => {
  for (const [name, { trigger, values, beside, holds }] of Object.entries(protections)) {
    test(`${name}: no route of the Ingress forwards without it`, () => {
      const text = fc.oneof(nastyText, fc.constantFrom(...values));
      const more = fc.dictionary(fc.constantFrom(...beside), text);
      fc.assert(
        fc.property(text, more, others, (value, family, rest) => {
          fc.pre(value.trim() !== '' && !(trigger === 'limit-rps' && /^0+$/.test(value.trim())));
          const open = routesWith({ ...rest, ...family, [trigger]: value }).filter(
            ({ action, policy = {} }) => action.type === 'forward' && !holds(policy),
          );
          assert.deepEqual(open, []);
        }),
        { numRuns: 300 },
      );
    });
  }

  test('certificates of clients: what comes first on the host asks for them, or closes it', () => {
    const text = fc.oneof(nastyText, fc.constantFrom('signers', 'other/signers', 'on', 'CN=a', '1'));
    const family = fc.dictionary(fc.constantFrom('auth-tls-match-cn', 'auth-tls-verify-depth', 'auth-tls-error-page'), text);
    fc.assert(
      fc.property(text, family, others, (secret, more, rest) => {
        fc.pre(secret.trim() !== '');
        const [first] = routesWith({ ...rest, ...more, 'auth-tls-secret': secret });
        assert.equal(first?.action.type, 'answer');
      }),
      { numRuns: 300 },
    );
  });
});
