// The types that were generated are those of the Envoy that the tests run.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Field, readModel } from '../../protos/model.mjs';
import { scanDescriptors } from '../../protos/scan.mjs';
import { enumSchema, messageSchema } from '../../src/proto/registry.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { generatedModel } from './generated-model.ts';

const declared = ({ name, number, repeated, type, typeName }: Omit<Field, 'deprecated'>) => ({ name, number, repeated, type, typeName });

describe('the generated descriptors', () => {
  const generated = generatedModel();

  test('are those inside the Envoy under test, field by field', async () => {
    const running = readModel(scanDescriptors(await envoyForTests()));
    assert.ok(generated.messages.size > 500);
    for (const [name, { fields }] of generated.messages) assert.deepEqual(fields, running.messages.get(name)?.fields, name);
    for (const [name, { values }] of generated.enums) assert.deepEqual(values, running.enums.get(name)?.values, name);
  });

  test('hold every type that a field refers to', () => {
    const named = [...generated.messages.values()].flatMap(({ fields }) => fields.map(({ typeName }) => typeName));
    const missing = named.filter((name) => name !== '' && !generated.messages.has(name) && !generated.enums.has(name));
    assert.deepEqual(missing, []);
  });

  test('are read by the registry as by the generator', () => {
    for (const [name, { fields, isMapEntry }] of generated.messages) {
      const schema = messageSchema(name);
      assert.deepEqual(schema?.fields.map(declared), fields.map(declared), name);
      assert.equal(schema?.isMapEntry, isMapEntry, name);
    }
    for (const [name, { values }] of generated.enums) {
      assert.deepEqual(
        [...enumSchema(name).numbers],
        values.map((value) => [value.name, value.number]),
        name,
      );
    }
  });

  test('keep the rules of validation', () => {
    const domains = messageSchema('envoy.config.route.v3.VirtualHost')?.fields.find(({ name }) => name === 'domains');
    assert.ok(domains?.rules !== undefined && domains.rules.length > 0);
  });

  test('know what has presence, and what is packed', () => {
    const schema = messageSchema('envoy.config.route.v3.RouteMatch');
    const presence = Object.fromEntries(schema?.fields.map((field) => [field.name, field.presence]) ?? []);
    assert.equal(presence['prefix'], true, 'a member of a oneof');
    assert.equal(presence['case_sensitive'], true, 'a message');
    assert.equal(presence['headers'], false, 'a list');
    assert.equal(messageSchema('envoy.config.route.v3.VirtualHost')?.fields.find(({ name }) => name === 'name')?.presence, false);
    const codes = messageSchema('envoy.config.route.v3.RetryPolicy')?.fields.find(({ name }) => name === 'retriable_status_codes');
    assert.equal(codes?.packed, true);
  });

  test('a name that no root needs is unknown', () => {
    assert.equal(messageSchema('envoy.extensions.filters.network.redis_proxy.v3.RedisProxy'), undefined);
  });
});
