// Real gRPC on both sides: a control plane that serves the users, and a client that asks as Envoy does.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Client, credentials } from '@grpc/grpc-js';
import { AdsServer } from '../../src/ads/server.ts';
import { authorizationService, type CheckResponse } from '../../src/authz/authorization-service.ts';
import { AuthzServer } from '../../src/authz/server.ts';
import { type AccessCheck, checkExtension } from '../../src/model/authentication.ts';
import { makeResource } from '../../src/xds/make-resource.ts';
import { Publisher } from '../ads/fake-resources.ts';
import { eventually } from '../support/eventually.ts';

const insecure = credentials.createInsecure();

function users(text: string) {
  const name = 'htpasswd/shop/users';
  const message = { name, generic_secret: { secret: { inline_bytes: Buffer.from(text) } } };
  return makeResource('secrets', message, { name, references: [], sources: [] });
}

async function startControlPlane(publisher: Publisher, port = 0) {
  const server = new AdsServer({ fleets: [publisher.fleet], host: '127.0.0.1', port, removalGraceMs: 20 });
  return { server, port: (await server.start()).port };
}

async function start(t: TestContext) {
  const publisher = new Publisher('naru');
  const controlPlane = await startControlPlane(publisher);
  const trouble: string[] = [];
  const authz = new AuthzServer({
    listen: '127.0.0.1:0',
    target: `127.0.0.1:${controlPlane.port}`,
    credentials: insecure,
    node: { id: 'authz-1', cluster: 'naru' },
    onTrouble: (sentence) => trouble.push(sentence),
  });
  const envoy = new Client(await authz.start(), insecure);
  t.after(async () => {
    envoy.close();
    authz.stop();
    await controlPlane.server.stop();
  });
  const { path, requestSerialize, responseDeserialize } = authorizationService.Check;
  const ask = (password?: string, name = 'htpasswd/shop/users'): Promise<CheckResponse> => {
    const headers = password === undefined ? {} : { authorization: `Basic ${Buffer.from(`ada:${password}`).toString('base64')}` };
    const check: AccessCheck = { passwords: { users: name, realm: 'The "lab"' } };
    const attributes = { request: { http: { headers } }, context_extensions: { [checkExtension]: JSON.stringify(check) } };
    return new Promise((resolve, reject) => {
      envoy.makeUnaryRequest(path, requestSerialize, responseDeserialize, { attributes }, (error, response) => {
        if (error || response === undefined) reject(error ?? new Error('no response'));
        else resolve(response);
      });
    });
  };
  return { publisher, controlPlane, trouble, ask };
}

function statusOf({ denied_response, ok_response }: CheckResponse): string | number {
  if (ok_response !== undefined && ok_response !== null) return 200;
  return denied_response?.status?.code ?? 'none';
}

test('who has the right password passes, without it; others are asked for one', async (t) => {
  const { publisher, ask } = await start(t);
  publisher.publish(users('ada:{PLAIN}secret\n'));

  const passed = await ask('secret');
  const asked = await ask();

  assert.deepEqual(passed.ok_response?.headers_to_remove, ['authorization']);
  assert.equal(statusOf(asked), 'Unauthorized');
  assert.deepEqual(asked.denied_response?.headers?.[0]?.header, { key: 'www-authenticate', value: 'Basic realm="The \\"lab\\""' });
  assert.equal(statusOf(await ask('wrong')), 'Unauthorized');
});

test('users that nobody knows let nobody in', async (t) => {
  const { publisher, ask } = await start(t);
  publisher.publish(users('ada:{PLAIN}secret\n'));
  assert.equal(statusOf(await ask('secret', 'htpasswd/shop/others')), 'ServiceUnavailable');
  publisher.publish('secrets/htpasswd/shop/users');
  assert.equal(statusOf(await ask('secret')), 'ServiceUnavailable');
});

test('a changed password holds at once, although the old one was just verified', async (t) => {
  const { publisher, ask } = await start(t);
  publisher.publish(users('ada:{PLAIN}secret\n'));
  assert.equal(statusOf(await ask('secret')), 200);
  publisher.publish(users('ada:{PLAIN}changed\n'));
  await eventually('the changed password passes', async () => (statusOf(await ask('changed')) === 200 ? true : undefined));
  assert.equal(statusOf(await ask('secret')), 'Unauthorized');
});

test('the control plane may be gone for a while', async (t) => {
  const { publisher, controlPlane, trouble, ask } = await start(t);
  publisher.publish(users('ada:{PLAIN}secret\n'));
  assert.equal(statusOf(await ask('secret')), 200);
  await controlPlane.server.stop();
  await eventually('the loss is told', () => trouble[0]);
  assert.equal(statusOf(await ask('secret')), 200);
  publisher.publish(users('ada:{PLAIN}changed\n'));
  const again = await startControlPlane(publisher, controlPlane.port);
  t.after(() => again.server.stop());
  await eventually('the changed password passes', async () => (statusOf(await ask('changed')) === 200 ? true : undefined));
});
