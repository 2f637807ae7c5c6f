import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from 'protobufjs';
import { scanDescriptors } from '../../protos/scan.mjs';
import { redact } from '../../src/debug/redact.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';

/** Number of the option `udpa.annotations.sensitive`. */
const sensitive = 76_569_463;

/** What its parents hide, and what Naru puts nothing secret into. */
const exceptions = new Set([
  // under private_key_provider, session_ticket_keys and generic_secret
  'PrivateKeyProvider.typed_config',
  'TlsSessionTicketKeys.keys',
  'GenericSecret.secret',
  'GenericSecret.secrets',
  // names of Secrets and addresses of services
  'CheckSettings.context_extensions',
  // names of users
  'RedisProxy.downstream_auth_username',
  'RedisProtocolOptions.auth_username',
  'Credential.auth_username',
]);

test('every field that Envoy says is sensitive is redacted', async () => {
  const files = scanDescriptors(await envoyForTests());
  const fields = [...files.values()]
    .flatMap((file) => lengthDelimited(file, 4).flatMap(sensitiveFields))
    .filter((field) => !exceptions.has(field));
  assert.ok(fields.length > 10, String(fields.length));
  assert.ok(fields.includes('TlsCertificate.private_key'));
  const shown = fields.filter((field) => {
    const name = field.split('.')[1] ?? '';
    return JSON.stringify(redact({ outer: [{ [name]: { inline_string: 'a secret' } }] })).includes('a secret');
  });
  assert.deepEqual(shown, []);
});

/** As `MESSAGE.FIELD`, of a DescriptorProto and those in it. */
function sensitiveFields(message: Uint8Array): readonly string[] {
  const own = lengthDelimited(message, 2).filter((field) =>
    lengthDelimited(field, 8).some((options) => numbersOf(options).includes(sensitive)),
  );
  return [...own.map((field) => `${nameOf(message)}.${nameOf(field)}`), ...lengthDelimited(message, 3).flatMap(sensitiveFields)];
}

function nameOf(descriptor: Uint8Array): string {
  return Buffer.from(lengthDelimited(descriptor, 1)[0] ?? []).toString();
}

function lengthDelimited(bytes: Uint8Array, wanted: number): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const reader = Reader.create(bytes); reader.pos < reader.len; ) {
    const tag = reader.uint32();
    if (tag >>> 3 === wanted && (tag & 7) === 2) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}

function numbersOf(bytes: Uint8Array): readonly number[] {
  const found: number[] = [];
  for (const reader = Reader.create(bytes); reader.pos < reader.len; ) {
    const tag = reader.uint32();
    found.push(tag >>> 3);
    reader.skipType(tag & 7);
  }
  return found;
}
