import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCredentials } from '../../src/authz/credentials.ts';
import { hashScheme, readHtpasswd } from '../../src/model/password-hash.ts';
import { checkPassword } from '../../src/authz/password.ts';

// Made by openssl passwd, by htpasswd and by hand from RFC 2307.
const hashes = {
  apr1: ['pässwort', '$apr1$abcdefgh$IYp2oL6wMKQl4HnNo8eI9/'],
  md5: ['secret', '$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'],
  sha256: ['secret', '$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA'],
  sha512: ['secret', '$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1'],
  bcrypt: ['secret', '$2b$05$s0HN3l0PqajgPMjEi7Npoe65bq4HsCPUdYF.ZPEXKeWOgnkBU0RsC'],
  'bcrypt of htpasswd': ['secret', '$2y$05$s0HN3l0PqajgPMjEi7Npoe65bq4HsCPUdYF.ZPEXKeWOgnkBU0RsC'],
  SHA: ['secret', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='],
  SSHA: ['secret', '{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0'],
  PLAIN: ['secret', '{PLAIN}secret'],
} as const;

describe('hashes of passwords', () => {
  for (const [name, [password, hash]] of Object.entries(hashes)) {
    test(`${name}: the right password and no other`, async () => {
      assert.equal(await checkPassword(password, hash), true);
      assert.equal(await checkPassword(`${password}x`, hash), false);
      assert.equal(await checkPassword('', hash), false);
    });
  }

  test('what cannot be checked lets nobody in', async () => {
    for (const hash of ['abJnggxhB/yWI', '', 'secret', '$2b$31$s0HN3l0PqajgPMjEi7Npoe65bq4HsCPUdYF.ZPEXKeWOgnkBU0RsC', '{SHA}']) {
      assert.deepEqual(
        { hash, can: hashScheme(hash) !== undefined, lets: await checkPassword('secret', hash) },
        { hash, can: false, lets: false },
      );
    }
  });
});

test('an htpasswd file: the first line of a user counts, comments do not', () => {
  const sha = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=';
  const { hashes: read, unreadable } = readHtpasswd(
    `# users\nada:${sha}:of the lab\r\n\nada:{PLAIN}other\nold:abJnggxhB/yWI\nnobody\n:x\n`,
  );
  assert.deepEqual([...read], [['ada', sha]]);
  assert.deepEqual(unreadable, ['old']);
});

test('credentials: a colon may be in the password, not in the user', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.deepEqual(readCredentials(basic('ada:a:b')), { user: 'ada', password: 'a:b' });
  assert.deepEqual(readCredentials(basic('ada:').replace('Basic', 'bAsIc')), { user: 'ada', password: '' });
  for (const header of [undefined, '', 'Basic', 'Basic ???', 'Bearer abc', basic('ada'), basic('a'.repeat(9000))]) {
    assert.equal(readCredentials(header), undefined);
  }
});
