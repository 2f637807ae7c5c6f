// What TLS hosts cost an Envoy: `node bench/tls.ts [--full] [--json FILE]`. Linux only: costs are read from `/proc`.
import { connect, type TLSSocket } from 'node:tls';
import type { Certificate } from '../src/model/certificate.ts';
import { makeDefaultCertificate } from '../src/runtime/default-certificate.ts';
import { issueCertificate } from '../test/support/certificate-kinds.ts';
import { ModelFleet } from '../test/support/model-fleet.ts';
import { answering, certificate, hosts, type ModelRows } from '../test/support/model-source.ts';
import { readArguments } from './support/arguments.ts';
import { costOf } from './support/process-cost.ts';
import { printTable, type Row, writeJson } from './support/report.ts';
import { quantile } from './support/statistics.ts';

const { full, json } = readArguments();
const sizes = full ? [1_000, 3_000] : [200];
const changes = 20;
const handshakes = full ? 1_000 : 200;

const nameOf = (index: number): string => `checkout-${index}.shop.example.com`;
const keyOf = (index: number): string => `shop/checkout-${index}`;

/** One Envoy with so many TLS hosts, each with a certificate of its own. */
class Hosts {
  readonly fleet: ModelFleet;
  readonly #made: readonly [Certificate, Certificate];

  private constructor(fleet: ModelFleet, made: readonly [Certificate, Certificate]) {
    this.fleet = fleet;
    this.#made = made;
  }

  static async start(count: number, certificatesOnDemand: boolean): Promise<Hosts> {
    const fleet = await ModelFleet.start(['node-1'], { listen: { certificatesOnDemand } });
    const [one, two] = [await makeDefaultCertificate(['*.shop.example.com']), await makeDefaultCertificate(['*.shop.example.com'])];
    const made = new Hosts(fleet, [certificate('', one), certificate('', two)]);
    await fleet.given({
      virtualHosts: hosts(
        ...Array.from({ length: count + 1 }, (_, index) => ({ hostname: nameOf(index), routes: [answering('/', '', 'web')] })),
      ),
    });
    return made;
  }

  /** Rows that give these hosts TLS. */
  tls(indexes: readonly number[], revision = 0): ModelRows {
    const made = this.#made[revision % 2 === 0 ? 0 : 1];
    return {
      certificates: Object.fromEntries(indexes.map((index) => [keyOf(index), { ...made, key: keyOf(index) }])),
      hostCertificates: Object.fromEntries(indexes.map((index) => [nameOf(index), { certificate: keyOf(index) }])),
    };
  }

  async allocatedMb(): Promise<number> {
    const { body } = await this.fleet.envoy(0).adminRequest('/memory');
    return Number((JSON.parse(body) as { allocated: string }).allocated) / 1_048_576;
  }

  cpuMs(): number {
    return costOf(this.fleet.envoy(0).pid ?? 0).cpuMs;
  }

  /** Resolves with the time that it took. */
  async handshake(
    index: number,
    session?: Buffer,
    maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
  ): Promise<{ readonly ms: number; readonly socket: TLSSocket }> {
    const begun = performance.now();
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const resumed = session === undefined ? {} : { session };
      const options = { servername: nameOf(index), rejectUnauthorized: false, maxVersion, ...resumed };
      const made = connect({ host: '127.0.0.1', port: this.fleet.ports.https, ...options });
      made.once('secureConnect', () => resolve(made));
      made.once('error', reject);
    });
    return { ms: performance.now() - begun, socket };
  }
}

async function measureChanges(of: Hosts, count: number, change: (turn: number) => ModelRows): Promise<Row> {
  const times: number[] = [];
  const before = of.cpuMs();
  let bytes = 0;
  for (let turn = 0; turn < count; turn++) {
    times.push(await of.fleet.given(change(turn)));
    bytes += of.fleet.passes.at(-1)?.snapshot?.changes.reduce((sum, { after }) => sum + (after?.bytes.length ?? 0), 0) ?? 0;
  }
  return { 'median ms': quantile(times, 0.5), 'Envoy CPU ms': (of.cpuMs() - before) / count, 'kB sent': bytes / count / 1_024 };
}

/** CPU of Envoy for a handshake, with TCP and all; with TLS 1.2, where a client has its session as soon as the handshake ends. */
async function measureHandshakes(of: Hosts, resume: boolean): Promise<Row> {
  const { socket: first } = await of.handshake(0, undefined, 'TLSv1.2');
  const session = first.getSession();
  first.destroy();
  const before = of.cpuMs();
  let resumed = 0;
  for (let turn = 0; turn < handshakes; turn++) {
    const { socket } = await of.handshake(0, resume ? session : undefined, 'TLSv1.2');
    if (socket.isSessionReused()) resumed++;
    socket.destroy();
  }
  return { 'CPU ms': (of.cpuMs() - before) / handshakes, 'resumed share': resumed / handshakes };
}

async function measureRsa(of: Hosts, about: Row): Promise<Record<string, Row>> {
  const made = await issueCertificate({ names: [nameOf(0)], key: 'rsa-2048' });
  await of.fleet.given({ certificates: { [keyOf(0)]: certificate('checkout-0', made) } });
  return {
    'Handshakes, RSA of 2048 bits': { ...about, ...(await measureHandshakes(of, false)) },
    'Handshakes with an earlier session, RSA of 2048 bits': { ...about, ...(await measureHandshakes(of, true)) },
  };
}

async function measure(count: number, onDemand: boolean): Promise<Record<string, Row>> {
  const of = await Hosts.start(count, onDemand);
  const about = { hosts: count, certificates: onDemand ? 'on demand' : 'with the listener' };
  try {
    const all = Array.from({ length: count }, (_, index) => index);
    const [plain, cpu] = [await of.allocatedMb(), of.cpuMs()];
    const ms = await of.fleet.given(of.tls(all));
    const loaded = { ms, 'Envoy CPU ms': of.cpuMs() - cpu, 'kB a host, not asked': (((await of.allocatedMb()) - plain) * 1_024) / count };
    const first: number[] = [];
    for (const index of all) {
      const { ms: took, socket } = await of.handshake(index);
      first.push(took);
      socket.destroy();
    }
    const asked = { 'kB a host, asked': (((await of.allocatedMb()) - plain) * 1_024) / count, 'first handshake ms': quantile(first, 0.5) };
    const rotated = await measureChanges(of, changes, (turn) => of.tls([turn % count], turn + 1));
    const added = await measureChanges(of, changes, (turn) =>
      turn % 2 === 0 ? of.tls([count]) : { hostCertificates: { [nameOf(count)]: undefined } },
    );
    const counters = await of.fleet.stats(0, '^listener_manager\\.(listener_(modified|in_place_updated)|total_.*draining)|drain_close');
    console.error(counters);
    return {
      'Load of all certificates': { ...about, ...loaded, ...asked },
      'A certificate is replaced': { ...about, ...rotated },
      'TLS for one host more, or less': { ...about, ...added },
      'Handshakes, ECDSA on P-256': { ...about, ...(await measureHandshakes(of, false)) },
      'Handshakes with an earlier session, ECDSA on P-256': { ...about, ...(await measureHandshakes(of, true)) },
      ...(await measureRsa(of, about)),
    };
  } finally {
    await of.fleet.stop();
  }
}

const tables: Record<string, Row[]> = {};
for (const count of sizes) {
  for (const onDemand of [false, true]) {
    for (const [title, row] of Object.entries(await measure(count, onDemand))) (tables[title] ??= []).push(row);
  }
}
for (const [title, rows] of Object.entries(tables)) printTable(title, rows);
writeJson(json, { benchmark: 'tls', tables });
