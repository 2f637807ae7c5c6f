// What `naru explain` says of TLS is what the real Envoy does: which certificate a server name is shown, and which answer a host gets over that connection.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import * as fc from 'fast-check';
import { explain } from '../../src/explain/explain.ts';
import type { HostTls, TlsPolicy } from '../../src/model/host-tls.ts';
import type { Explanation } from '../../src/explain/explain.ts';
import { nothingKnown } from '../../src/explain/known.ts';
import type { ExplainedRequest } from '../../src/explain/request.ts';
import { ResourceReader } from '../../src/explain/resource-reader.ts';
import { defaultCertificateName } from '../../src/xds/tls/secret.ts';
import { certificateFor } from '../support/certificates.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, certificate, hosts } from '../support/model-source.ts';

/** How many groups of hosts are made; each is asked several times. `NARU_ORACLE_TLS=20000` is the long form. */
const groups = Number(process.env['NARU_ORACLE_TLS'] ?? 40);
const firstSeed = Number(process.env['NARU_ORACLE_SEED'] ?? Math.floor(Math.random() * 2 ** 30));
const atOnce = 40;
const perGroup = 8;
const pool = ['one', 'two', 'three'];
const policies: readonly TlsPolicy[] = [{ name: 'strict', minimumVersion: 'TLSv1_3' }, { name: 'other' }];

interface Host {
  readonly hostname: string;
  /** Absent: it has no TLS of its own. */
  readonly tls?: HostTls;
}

interface Group {
  readonly hosts: readonly Host[];
  readonly questions: readonly { readonly serverName: string; readonly authority: string }[];
}

function randomGroup(index: number): fc.Arbitrary<Group> {
  const name = `h${index}.test`;
  const tls: fc.Arbitrary<HostTls> = fc.record(
    { certificate: fc.constantFrom(...pool.map((one) => `shop/${one}`)), policy: fc.constantFrom(...policies) },
    { requiredKeys: [] },
  );
  const served = [name, `*.${name}`, `a.${name}`, `*.a.${name}`, `b.a.${name}`];
  const asked = [name, `a.${name}`, `x.${name}`, `b.a.${name}`, `x.a.${name}`, `y.x.${name}`, `A.${name}`, `nobody${index}.example`];
  const host = (hostname: string) => fc.option(tls, { nil: undefined }).map((own): Host => ({ hostname, ...(own && { tls: own }) }));
  return fc.record({
    hosts: fc.subarray(served, { minLength: 1 }).chain((some) => fc.tuple(...some.map(host))),
    questions: fc.array(
      fc
        .tuple(fc.constantFrom('', ...asked), fc.constantFrom(...asked), fc.boolean())
        .map(([serverName, authority, same]) => ({ serverName: same ? authority : serverName, authority })),
      { minLength: perGroup, maxLength: perGroup },
    ),
  });
}

/** What can be seen from outside; no certificate: the connection was refused. */
interface Seen {
  readonly certificate?: string | undefined;
  readonly status: number;
  readonly says: string;
}

function expected({ chain, outcome }: Explanation, fingerprints: ReadonlyMap<string, string>): Seen {
  if (outcome.type !== 'answer') throw new Error(`nothing here is answered by ${outcome.type}`);
  if (chain === undefined) return { status: 0, says: '' };
  return { certificate: fingerprints.get(chain.certificate ?? ''), status: outcome.status, says: outcome.body };
}

function handshake(port: number, servername: string): Promise<TLSSocket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...(servername === '' ? {} : { servername }) });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

async function ask(port: number, { serverName = '', authority, path }: ExplainedRequest): Promise<Seen> {
  const socket = await handshake(port, serverName);
  if (socket === undefined) return { status: 0, says: '' };
  const { fingerprint256 } = socket.getPeerCertificate();
  const sent = request({ createConnection: () => socket, path, headers: { host: authority, connection: 'close' } });
  const answer = new Promise<Seen>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      const { statusCode: status = 0 } = response;
      text(response).then((says) => resolve({ certificate: fingerprint256, status, says }), reject);
    });
  });
  sent.end();
  return answer.finally(() => socket.destroy());
}

test(`a real Envoy agrees on ${groups} groups of hosts with ${perGroup} connections each`, async (t) => {
  t.diagnostic(`seed ${firstSeed}`);
  const made = await Promise.all(pool.map(async (name) => certificate(name, await certificateFor([`${name}.test`]))));
  const fleet = await ModelFleet.start(['node-1']);
  t.after(() => fleet.stop());
  const reached = new Map<string, number>();
  // Names are used once, and this one all the time: what goes is served for a moment longer.
  const withAnyHost = firstSeed % 2 === 0;
  let before: readonly string[] = [];
  for (let from = 0; from < groups; from += atOnce) {
    const seed = firstSeed + from;
    const round = Array.from(
      { length: Math.min(atOnce, groups - from) },
      (_, index) => fc.sample(randomGroup(from + index), { numRuns: 1, seed: seed + index })[0] ?? { hosts: [], questions: [] },
    );
    const served = [...round.flatMap((group) => group.hosts), ...(withAnyHost ? [{ hostname: '*' }] : [])];
    const gone = Object.fromEntries(before.map((hostname) => [hostname, undefined]));
    before = served.map(({ hostname }) => hostname).filter((hostname) => hostname !== '*');
    await fleet.given({
      certificates: Object.fromEntries(made.map((one) => [one.key, one])),
      virtualHosts: { ...gone, ...hosts(...served.map(({ hostname }) => ({ hostname, routes: [answering('/', hostname, 'web')] }))) },
      hostCertificates: { ...gone, ...Object.fromEntries(served.flatMap((host) => ('tls' in host ? [[host.hostname, host.tls]] : []))) },
    });
    const { resources } = fleet.assembly.current ?? {};
    assert.ok(resources);
    const reader = new ResourceReader(resources);
    const secrets = [...resources.secrets.values()].map(({ name, bytes }) => [name, fingerprintIn(bytes)] as const);
    const fingerprints = new Map(secrets);
    assert.ok(fingerprints.has(defaultCertificateName));
    for (const [index, { questions }] of round.entries())
      await Promise.all(
        questions.map(async ({ serverName, authority }) => {
          const asked = {
            method: 'GET',
            scheme: 'https',
            authority,
            serverName: serverName.toLowerCase(),
            path: '/',
            headers: new Map(),
          } as const;
          const wanted = expected(explain(resources, asked, nothingKnown, reader), fingerprints);
          const seen = await ask(fleet.ports.https, { ...asked, serverName });
          assert.deepEqual(seen, wanted, JSON.stringify({ seed: seed + index, serverName, authority, hosts: round[index]?.hosts }));
          reached.set(String(seen.status), (reached.get(String(seen.status)) ?? 0) + 1);
        }),
      );
  }
  t.diagnostic([...reached].map(([status, times]) => `${status} ${times}`).join(', '));
  for (const status of ['200', '421']) assert.ok((reached.get(status) ?? 0) > 0, `no request got ${status}`);
});

function fingerprintIn(secret: Buffer): string {
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(secret.toString('latin1'))?.[0] ?? '';
  return new X509Certificate(pem).fingerprint256;
}
