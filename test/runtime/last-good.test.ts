// The last good snapshot on disk: whatever happens to the file, what is read is whole or nothing.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { ProxyState } from '../../src/ads/proxy-state.ts';
import { keptDefaultCertificate } from '../../src/runtime/kept-certificate.ts';
import { LastGoodFile } from '../../src/runtime/last-good-file.ts';
import { LastGoodKeeper } from '../../src/runtime/last-good-keeper.ts';
import { decodeSnapshot, Unreadable } from '../../src/snapshot/last-good/decode-snapshot.ts';
import { encodeSnapshot } from '../../src/snapshot/last-good/encode-snapshot.ts';
import { type Resource, typeNames } from '../../src/snapshot/resource.ts';
import type { ResourceSet } from '../../src/snapshot/snapshot.ts';
import { cluster, endpoints, fake, listener, Publisher, routes } from '../ads/fake-resources.ts';
import { eventually } from '../support/eventually.ts';

const secret = fake('secrets', 'tls', 'a private key');
const source = { kind: 'Ingress', namespace: 'shop', name: 'wëb\n"1"', field: 'spec' };

function publisher(): Publisher {
  const all = new Publisher('naru');
  all.next(
    ...['a', 'b'].flatMap((name) => [{ ...cluster(name), sources: [source] }, endpoints(name)]),
    ...[secret, routes('r', ['a', 'b']), listener('http', 'r'), listener('https', 'r', '1', ['tls'])],
  );
  return all;
}

/** A folder that does not exist yet. */
function folder(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'naru-last-good-'));
  t.after(() => rmSync(parent, { recursive: true }));
  return join(parent, 'state');
}

function file(path: string, keys = false): { readonly file: LastGoodFile; readonly log: string[] } {
  const log: string[] = [];
  return { file: new LastGoodFile({ folder: path, fleet: 'naru', keys, log: (line) => log.push(line) }), log };
}

function list(resources: ResourceSet): Resource[] {
  return typeNames.flatMap((type) => [...resources[type].values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

describe('a snapshot in a file', () => {
  test('is what it was', async (t) => {
    const path = folder(t);
    const snapshot = publisher().next(fake('routes', 'other'));
    const { file: written, log } = file(path, true);
    await written.write(snapshot);
    const { fleet, hash, cause, time } = snapshot;
    const stored = await file(path, true).file.read();
    assert.deepEqual({ ...stored, resources: undefined }, { fleet, hash, cause, time, keys: true, resources: undefined });
    assert.ok(stored !== undefined);
    assert.deepEqual(list(stored.resources), list(snapshot.resources));
    assert.deepEqual(log, []);
  });

  test('is private, replaces the one before as a whole, and has no keys unless they are asked for', async (t) => {
    const path = folder(t);
    const all = publisher();
    const { file: written } = file(path);
    writeFileSync(join(path, '..', 'ignored'), '');
    await written.write(all.next(fake('routes', 'x')));
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.equal(statSync(written.path).mode & 0o777, 0o600);
    assert.ok(!readFileSync(written.path).includes('private key'));
    const { ino } = statSync(written.path);
    await written.write(all.next(fake('secrets', 'tls', 'another private key')));
    assert.equal(statSync(written.path).ino, ino, 'what is stored has not changed');
    writeFileSync(`${written.path}.new`, 'left behind by a crash', { mode: 0o666 });
    await written.write(all.next(fake('routes', 'x', '2')));
    assert.notEqual(statSync(written.path).ino, ino);
    assert.equal(statSync(written.path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(path), ['naru.snapshot']);
    const again = file(path);
    const stored = await again.file.read();
    assert.equal(stored?.resources.routes.get('x')?.version, fake('routes', 'x', '2').version);
    assert.equal(stored?.resources.secrets.size, 0);
    const before = statSync(written.path).ino;
    await again.file.write(all.next(fake('secrets', 'tls', 'a third')));
    assert.equal(statSync(written.path).ino, before, 'a new process knows what is stored');
  });

  test('that was stored with keys loses them when they are no longer wanted', async (t) => {
    const path = folder(t);
    const snapshot = publisher().next(fake('routes', 'x'));
    await file(path, true).file.write(snapshot);
    const { file: without } = file(path, false);
    assert.equal((await without.read())?.resources.secrets.size, 1);
    await without.write(snapshot);
    assert.ok(!readFileSync(without.path).includes('private key'));
  });

  test('is never read in part or changed', () => {
    const bytes = Buffer.concat([...encodeSnapshot(publisher().next(fake('routes', 'x')), true)]);
    assert.equal(decodeSnapshot(bytes).resources.clusters.size, 2);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        assert.throws(() => decodeSnapshot(changed), Unreadable);
        assert.throws(() => decodeSnapshot(bytes.subarray(0, at)), Unreadable);
        assert.throws(() => decodeSnapshot(Buffer.concat([bytes, bytes.subarray(at)])), Unreadable);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file that cannot be used', () => {
  const cases: readonly (readonly [why: string, content: Buffer | string, message: RegExp])[] = [
    ['empty', '', /not a snapshot of Naru/],
    ['foreign', '#!/bin/sh\nexit 1\n', /not a snapshot of Naru/],
    ['not text', Buffer.alloc(1000, 0xff), /not a snapshot of Naru/],
    ['of a later format', '{"format":"naru-last-good","version":2}\n', /its format is 2/],
    ['cut short', Buffer.concat([...encodeSnapshot(publisher().next(fake('routes', 'x')), true)]).subarray(0, 700), /cut short or damaged/],
    [
      'of another fleet',
      Buffer.concat([...encodeSnapshot(new Publisher('edge').next(fake('routes', 'x')), true)]),
      /belongs to the fleet edge/,
    ],
  ];
  for (const [why, content, message] of cases) {
    test(`because it is ${why} is set aside, once`, async (t) => {
      const path = folder(t);
      mkdirSync(path, { mode: 0o700 });
      const { file: damaged, log } = file(path);
      writeFileSync(damaged.path, content);
      assert.equal(await damaged.read(), undefined);
      assert.equal(log.length, 1);
      assert.match(log[0] ?? '', message);
      assert.deepEqual(readdirSync(path), ['naru.snapshot.unreadable']);
      assert.equal(await damaged.read(), undefined);
      assert.equal(log.length, 1, 'and not found again');
      await damaged.write(publisher().next(fake('routes', 'x')));
      assert.ok((await damaged.read()) !== undefined);
    });
  }

  test('or a folder is a line in the log', async (t) => {
    const path = folder(t);
    writeFileSync(path, 'not a folder');
    const { file: impossible, log } = file(path);
    assert.equal(await impossible.read(), undefined);
    await impossible.write(publisher().next(fake('routes', 'x')));
    assert.match(log.join('\n'), /cannot be read: [^]*cannot be kept/);
  });

  test('a folder that is open to others is left as it is, and said to be so', async (t) => {
    const path = folder(t);
    mkdirSync(path, { mode: 0o755 });
    const { file: open, log } = file(path);
    await open.read();
    await open.write(publisher().next(fake('routes', 'x')));
    assert.equal(log.length, 1);
    assert.match(log[0] ?? '', /open to other users/);
    assert.equal(statSync(path).mode & 0o777, 0o755);
    assert.equal(statSync(open.path).mode & 0o777, 0o600);
  });
});

describe('what is kept', () => {
  const proxy = (accepted: number, more: Partial<ProxyState> = {}): ProxyState => {
    const report = { subscribed: true, resources: 0, sent: accepted, acknowledged: accepted };
    const types = {
      clusters: report,
      endpoints: report,
      secrets: report,
      extensions: report,
      listeners: report,
      scopes: report,
      routes: report,
    };
    const common = { id: 'e', cluster: 'naru', fleet: 'naru', address: '', connectedSince: 0, protocol: 'delta' } as const;
    return { ...common, accepted, types, ...more };
  };

  test('is the newest snapshot that every connected Envoy of the fleet has accepted', async (t) => {
    const path = folder(t);
    const { file: target } = file(path);
    let proxies: readonly ProxyState[] = [];
    const keeper = new LastGoodKeeper({ file: target, fleet: 'naru', proxies: () => proxies, intervalMs: 5 });
    const all = publisher();
    const stored = async (): Promise<string | undefined> => (await file(path).file.read())?.resources.routes.get('x')?.version;
    const content = (n: number): Resource => fake('routes', 'x', String(n));
    const published = [2, 3, 4, 5].map((n) => all.next(content(n)));
    for (const snapshot of published) keeper.published(snapshot);
    await delay(20);
    assert.ok(!existsSync(target.path), 'nobody has accepted anything');
    const becomes = async (n: number, now: readonly ProxyState[]): Promise<void> => {
      proxies = now;
      keeper.look();
      await eventually(`snapshot ${n} is stored`, async () => ((await stored()) === content(n).version ? true : undefined));
    };
    await becomes(3, [proxy(4), proxy(3), proxy(0, { fleet: 'edge' })]);
    await becomes(4, [proxy(5), proxy(4)]);
    proxies = [proxy(5), proxy(0)];
    keeper.look();
    await delay(20);
    assert.equal(await stored(), content(4).version, 'one that has just come holds it up, and takes nothing back');
    proxies = [proxy(5, { only: 'routes' }), proxy(5)];
    await keeper.stop();
    assert.equal(await stored(), content(5).version, 'what is not written yet is written at the end');
  });
});

test('the default certificate stays the same, is private, and is made anew when it cannot be used', async (t) => {
  const path = folder(t);
  const log: string[] = [];
  const keep = () => keptDefaultCertificate(path, (line) => log.push(line));
  const first = await keep();
  assert.deepEqual(await keep(), first);
  const [name = ''] = readdirSync(path);
  assert.equal(statSync(join(path, name)).mode & 0o777, 0o600);
  writeFileSync(join(path, name), '{"chain":"x","privateKey":"y"}');
  assert.notDeepEqual(await keep(), first);
  assert.deepEqual(log, []);
});
