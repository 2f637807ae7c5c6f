// Headers that a route changes, with every variable that their values may have: what reaches the backend, and what the client.
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { HeaderEdits } from '../../src/model/route-policy.ts';
import { parseTemplate } from '../../src/ingress/nginx/variables.ts';
import type { Template } from '../../src/model/template.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { forwarding, hosts, service } from '../support/model-source.ts';
import { type Answer, request as get } from '../support/request.ts';
import { listen, portOf } from '../support/listen.ts';

let fleet: ModelFleet;
let backend: Server;
let seen: IncomingHttpHeaders = {};

describe('header edits', () => {
  before(async () => {
    backend = createServer((incoming, answer) => {
      seen = incoming.headers;
      answer.writeHead(201, { 'x-internal': 'secret', 'x-count': '3' }).end();
    });
    await listen(backend);
    fleet = await ModelFleet.start(['node-1']);
  });

  after(async () => {
    await fleet.stop();
    backend.close();
  });

  function template(text: string): Template {
    const parsed = parseTemplate(text);
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.message);
    return parsed.value;
  }

  /** Sends a request through a route with these edits. */
  async function send(path: string, edits: { request?: HeaderEdits; response?: HeaderEdits }, headers = {}): Promise<Answer> {
    const port = portOf(backend);
    const policy = { ...(edits.request && { requestHeaders: edits.request }), ...(edits.response && { responseHeaders: edits.response }) };
    const route = { ...forwarding('/', 'shop/web/80', 'web'), policy };
    await fleet.given({ ...service('web', [port]), virtualHosts: hosts({ hostname: 'shop.test', routes: [route] }) });
    assert.deepEqual(fleet.problems, []);
    return get(`http://shop.test:81${path}`, fleet.ports, { headers });
  }

  test('variables of nginx say what they say there', async () => {
    const values = {
      'x-authority': '$host',
      'x-scheme': '$scheme',
      'x-method': '$request_method',
      'x-path': '$uri',
      'x-uri': '$request_uri',
      'x-query': '$args',
      'x-client': '$remote_addr',
      'x-port': '${server_port}',
      'x-from-header': 'is $http_x_one.',
      'x-from-query': '$arg_q',
      'x-literal': '100% of %REQ(x-one)% and %',
      'x-nothing': '$http_absent',
    };
    const set = Object.entries(values).map(([name, value]) => ({ name, value: template(value) }));

    await send('/a/b?q=1&r=2', { request: { set } }, { 'x-one': 'un', 'x-nothing': 'forged' });

    const names = [...Object.keys(values), 'x-nothing'];
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, seen[name]])), {
      'x-authority': 'shop.test:81',
      'x-scheme': 'http',
      'x-method': 'GET',
      'x-path': '/a/b',
      'x-uri': '/a/b?q=1&r=2',
      'x-query': 'q=1&r=2',
      'x-client': '127.0.0.1',
      'x-port': String(fleet.ports.http),
      'x-from-header': 'is un.',
      'x-from-query': '1',
      'x-literal': '100% of %REQ(x-one)% and %',
      'x-nothing': undefined,
    });
  });

  test('what is set replaces, what is added stands beside, what is removed is gone', async () => {
    const request: HeaderEdits = {
      remove: ['x-gone'],
      set: [
        { name: 'x-one', value: ['new'] },
        { name: 'x-two', value: template('$http_x_two,more') },
      ],
      add: [{ name: 'x-three', value: ['added'] }],
    };
    const response: HeaderEdits = { remove: ['x-internal'], set: [{ name: 'x-count', value: template('$sent_http_x_count of $status') }] };

    const answer = await send('/', { request, response }, { 'x-gone': '1', 'x-one': 'old', 'x-two': 'old', 'x-three': 'old' });

    const sent = { one: seen['x-one'], two: seen['x-two'], three: seen['x-three'], gone: seen['x-gone'] };
    assert.deepEqual(sent, { one: 'new', two: 'old,more', three: 'old, added', gone: undefined });
    assert.deepEqual(
      { internal: answer.headers['x-internal'], count: answer.headers['x-count'] },
      { internal: undefined, count: '3 of 201' },
    );
  });
});
