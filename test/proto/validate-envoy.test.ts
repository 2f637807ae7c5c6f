// The rules are checked as the real Envoy checks them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { MessageName, Messages } from '../../src/proto/codec.ts';
import { violations } from '../../src/proto/validate.ts';
import { certificateFor } from '../support/certificates.ts';
import { type Bootstrap, envoyVerdict } from '../support/envoy-verdict.ts';
import { arbitraryEdit } from './arbitrary-edit.ts';
import { bootstrap, cluster, listener, routes } from './edge-config.ts';

const { chain, privateKey } = await certificateFor(['shop.example.com']);
const inline = (pem: string) => ({ inline_bytes: Buffer.from(pem) });
const around = bootstrap({ name: 'shop', tls_certificate: { certificate_chain: inline(chain), private_key: inline(privateKey) } });

/** A bootstrap with some of its static resources instead of its own. */
function withStatic(more: Bootstrap['static_resources']): Bootstrap {
  return { ...around, static_resources: { ...around.static_resources, ...more } };
}

function listenerWith(routeConfiguration: Messages['envoy.config.route.v3.RouteConfiguration']) {
  const text = JSON.stringify(listener('shop'));
  assert.ok(text.includes(JSON.stringify(routes)));
  return JSON.parse(text.replace(JSON.stringify(routes), () => JSON.stringify(routeConfiguration))) as ReturnType<typeof listener>;
}

/** As many as fit in a moment; each run of the tests tries others. */
const limits = { numRuns: 20, interruptAfterTimeLimit: 4000 };

async function agrees<K extends MessageName>(type: K, message: Messages[K], place: (edited: Messages[K]) => Bootstrap): Promise<void> {
  await fc.assert(
    fc.asyncProperty(arbitraryEdit(type, message), async ({ edited, what }) => {
      const found = violations(type, edited);
      const { accepted, output } = await envoyVerdict(place(edited));
      if (found.length > 0) assert.ok(!accepted, `Envoy accepts ${what}, but: ${JSON.stringify(found)}`);
      else assert.doesNotMatch(output, /Proto constraint validation failed/, `Envoy refuses ${what}`);
    }),
    limits,
  );
}

describe('Envoy and the rules agree on', () => {
  test('a Cluster', () =>
    agrees('envoy.config.cluster.v3.Cluster', cluster('shop'), (edited) => withStatic({ clusters: [edited, cluster('canary')] })));
  test('a Listener with a connection manager', () =>
    agrees('envoy.config.listener.v3.Listener', listener('shop'), (edited) => withStatic({ listeners: [edited] })));
  test('a RouteConfiguration', () =>
    agrees('envoy.config.route.v3.RouteConfiguration', routes, (edited) => withStatic({ listeners: [listenerWith(edited)] })));
});
