// What the codec writes, and what it reads back, is configuration to a real Envoy.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { decode, encode } from '../../src/proto/codec.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { certificateFor } from '../support/certificates.ts';
import { bootstrap } from './edge-config.ts';

function inline(pem: string | Uint8Array) {
  return { inline_bytes: Buffer.from(pem) };
}

describe('envoy --mode validate', () => {
  const type = 'envoy.config.bootstrap.v3.Bootstrap';
  let folder = '';
  let bytes: Uint8Array = Buffer.alloc(0);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'naru-proto-'));
    const { chain, privateKey } = await certificateFor(['shop.example.com']);
    bytes = encode(
      type,
      bootstrap({ name: 'shop', tls_certificate: { certificate_chain: inline(chain), private_key: inline(privateKey) } }),
    );
  });
  after(() => rm(folder, { recursive: true }));

  async function validate(file: string, content: Uint8Array | string): Promise<void> {
    const path = join(folder, file);
    await writeFile(path, content);
    const { stdout } = await promisify(execFile)(await envoyForTests(), ['--mode', 'validate', '--log-level', 'warning', '-c', path]);
    assert.match(stdout, /OK/);
  }

  test('takes the bytes', () => validate('bootstrap.pb', bytes));
  test('takes the JSON form', () => validate('bootstrap.json', JSON.stringify(decode(type, bytes))));
  test('does not take a field less', async () => {
    await assert.rejects(validate('broken.pb', encode(type, { static_resources: { clusters: [{ name: '' }] } })), /name|Proto constraint/i);
  });
});
