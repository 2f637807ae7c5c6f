import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/explain/explain.ts';
import { readRequest } from '../../src/explain/read-request.ts';
import { built } from '../support/build.ts';
import { ingress, metadata, naruClass, service } from '../support/objects.ts';

test('a redirect of the root to https keeps its location beside the headers of CORS', () => {
  const prefix = 'nginx.ingress.kubernetes.io';
  const annotations = { [`${prefix}/force-ssl-redirect`]: 'true', [`${prefix}/enable-cors`]: 'true' };
  const web = ingress({ name: 'web', host: 'a.test', paths: [{ path: '/', service: 'web' }], metadata: metadata('web', { annotations }) });
  const { current } = built([naruClass, service('web'), web]);
  const request = readRequest('GET', 'http://a.test/', ['origin: https://o.test']);
  assert.ok(current && !('wrong' in request));
  assert.deepEqual(explain(current.resources, request).outcome, { type: 'redirect', status: 308, location: 'https://a.test' });
});
