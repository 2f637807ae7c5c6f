import assert from 'node:assert/strict';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { eventually } from '../support/eventually.ts';
import { Naru } from '../support/naru.ts';
import { configMapYaml, sliceYaml } from '../support/yaml.ts';
import { portOf } from '../support/listen.ts';

const host = '127.0.0.1';
const opened: (Server | UdpSocket)[] = [];
let naru: Naru;
/** Ports of Envoy. */
let first = 0;
let second = 0;
let datagrams = 0;

describe('stream services', () => {
  test('Naru starts with an Envoy, and with ConfigMaps for TCP and UDP', async () => {
    [first, second, datagrams] = [await choosePort(0), await choosePort(0), await choosePort(0)];
    const streams = { tcp: 'default/tcp', udp: 'default/udp', reserved: [80, 443] };
    naru = await Naru.start({ configMap: 'default/naru', streams });
  });

  after(async () => {
    for (const one of opened) one.close();
    await naru?.stop();
  });

  /** A server that greets with its name, and tells what it has heard; returns its port. */
  async function talker(name: string): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write(`${name}\n`);
      socket.on('data', (data) => socket.write(`${name} heard ${data.toString()}`));
    });
    opened.push(server);
    await once(server.listen(0, host), 'listening');
    return portOf(server);
  }

  async function datagramTalker(name: string): Promise<number> {
    const socket = createSocket('udp4');
    opened.push(socket);
    socket.on('message', (data, from) => socket.send(`${name} heard ${data.toString()}`, from.port, from.address));
    socket.bind(0, host);
    await once(socket, 'listening');
    return socket.address().port;
  }

  interface SlicePort {
    readonly port: number;
    readonly name: string;
    readonly protocol: 'TCP' | 'UDP';
  }

  const pods = (name: string, ports: readonly number[]): string =>
    service(name, { port: 5432, name: 'db', protocol: 'TCP' }) +
    (ports.length === 0 ? sliceYaml(name, []) : '') +
    ports.map((port, index) => slice(`${name}-${index}`, name, { port, name: 'db', protocol: 'TCP' })).join('');

  function service(name: string, ...ports: readonly SlicePort[]): string {
    return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports } })}\n`;
  }

  function slice(name: string, of: string, ...ports: readonly SlicePort[]): string {
    const metadata = { name, labels: { 'kubernetes.io/service-name': of } };
    const endpoints = [{ addresses: [host] }];
    return `---\n${JSON.stringify({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: 'IPv4', endpoints, ports })}\n`;
  }

  interface Given {
    readonly tcp?: Readonly<Record<string, string>>;
    readonly udp?: Readonly<Record<string, string>>;
    readonly config?: Readonly<Record<string, string>>;
  }

  async function given({ tcp = {}, udp = {}, config = {} }: Given, objects: string): Promise<void> {
    await naru.given(configMapYaml(config) + configMapYaml(tcp, 'tcp') + configMapYaml(udp, 'udp') + objects);
  }

  /** Says something that ends with `hello` over a new connection, and hears until it comes back, or the other side hangs up. */
  async function talk(port: number, said = 'hello'): Promise<string> {
    const socket = connect(port, host);
    socket.write(said);
    return hear(socket, 'hello');
  }

  function hear(socket: Socket, until: string): Promise<string> {
    return new Promise((resolve) => {
      let heard = '';
      socket.on('data', (data) => {
        heard += data.toString();
        if (!heard.endsWith(until)) return;
        resolve(heard);
        socket.removeAllListeners('data');
      });
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' ? 'refused' : heard));
      socket.on('close', () => resolve(heard));
    });
  }

  /** Until listeners and endpoints of a snapshot that was accepted are in place. */
  async function becomes(expected: string, look: () => Promise<string>): Promise<void> {
    let found = '';
    await eventually(expected, async () => ((found = await look()) === expected ? true : undefined)).catch(() =>
      assert.equal(found, expected),
    );
  }

  test('a port goes to the pods of a Service, the new one of another Service opens without touching it, and it closes when its entry goes', async () => {
    const objects = pods('one', [await talker('one')]) + pods('two', [await talker('two')]);
    await given({ tcp: { [first]: 'default/one:5432' } }, objects);
    await becomes('one\none heard hello', () => talk(first));
    const kept = connect(first, host);
    await hear(kept, 'one\n');

    await given({ tcp: { [first]: 'default/one:5432', [second]: 'default/two:db' } }, objects);
    await becomes('two\ntwo heard hello', () => talk(second));
    kept.write('again');
    assert.equal(await hear(kept, 'again'), 'one heard again');

    await given({ tcp: { [first]: 'default/one:5432', [second]: 'default/one:5432' } }, objects);
    await becomes('one\none heard hello', () => talk(second));
    await given({ tcp: { [first]: 'default/one:5432' } }, objects);
    await becomes('refused', () => talk(second));
    kept.write('still');
    assert.equal(await hear(kept, 'still'), 'one heard still');
    kept.destroy();
  });

  test('PROXY: who the client is, is read from a connection, and told to the backend', async () => {
    const objects = pods('one', [await talker('one')]);
    const line = 'PROXY TCP4 203.0.113.5 203.0.113.6 4711 80\r\n';
    await given({ tcp: { [first]: 'default/one:5432:PROXY', [second]: 'default/one:5432::PROXY' } }, objects);
    await becomes('one\none heard hello', () => talk(first, `${line}hello`));
    assert.equal(await talk(first, 'GET / HTTP/1.1\r\n\r\nhello'), '');
    const heard = await talk(second);
    assert.match(heard, /^one\none heard PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\n(?:one heard )?hello$/);

    await given({ tcp: { [first]: 'default/one:5432:PROXY:proxy' } }, objects);
    await becomes(`one\none heard ${line}hello`, () => talk(first, `${line}hello`));
    await given({ tcp: { [first]: 'default/one:5432:PROXY:proxy' }, config: { 'proxy-real-ip-cidr': '10.0.0.0/8' } }, objects);
    await eventually('only the trusted are listened to', async () =>
      (await talk(first, `${line}hello`)).includes('heard') ? undefined : true,
    );
  });

  test('UDP: datagrams go to the pods of a Service that has the same port for TCP, and answers come back', async () => {
    const tcp = await talker('tcp');
    const udp = await datagramTalker('udp');
    const ports = (tcpPort: number, udpPort: number): readonly SlicePort[] => [
      { port: tcpPort, name: 'tcp', protocol: 'TCP' },
      { port: udpPort, name: 'udp', protocol: 'UDP' },
    ];
    const dns = service('dns', ...ports(53, 53)) + slice('dns-1', 'dns', ...ports(tcp, udp));
    await given({ tcp: { [first]: 'default/dns:53' }, udp: { [datagrams]: 'default/dns:53' } }, dns);
    await becomes('tcp\ntcp heard hello', () => talk(first));
    const client = createSocket('udp4');
    opened.push(client);
    const answer = eventually('an answer', async () => {
      client.send('hello', datagrams, host);
      const [data] = (await once(client, 'message', { signal: AbortSignal.timeout(200) }).catch(() => [])) as Buffer[];
      return data?.toString();
    });
    assert.equal(await answer, 'udp heard hello');
  });

  test('a pod that does not answer is passed by, and without pods connections are closed until some come', async () => {
    const gone = await choosePort(0);
    const alive = await talker('alive');
    const tcp = { [first]: 'default/one:5432' };
    await given({ tcp }, pods('one', [gone, alive]));
    await becomes('alive\nalive heard hello', () => talk(first));
    for (const _ of [1, 2, 3, 4]) assert.equal(await talk(first), 'alive\nalive heard hello');
    await given({ tcp }, pods('one', []));
    await becomes('', () => talk(first));
    await given({ tcp }, pods('one', [alive]));
    await becomes('alive\nalive heard hello', () => talk(first));
  });

  test('entries that are wrong are named, and harm no other', async () => {
    const tcp = {
      [first]: 'default/one:5432',
      '0': 'default/one:5432',
      '65536': 'default/one:5432',
      '443': 'default/one:5432',
      '7001': 'default/one',
      '7002': 'one:5432',
      '7003': 'default/one:5432:TLS',
      '7004': 'default/nobody:5432',
      '7005': 'default/one:80',
      http: 'default/one:5432',
    };
    const udp = { '7006': 'default/one:5432', '7007': 'default/one:5432:PROXY' };
    await given({ tcp, udp }, pods('one', [await talker('one')]));
    await becomes('one\none heard hello', () => talk(first));
    assert.deepEqual(naru.problems.map(({ code, source }) => `${code} ${source.name} ${source.field}`).sort(), [
      'NR501 tcp data["7004"]',
      'NR502 tcp data["7005"]',
      'NR502 udp data["7006"]',
      'NR809 tcp data.http',
      'NR809 tcp data["0"]',
      'NR809 tcp data["443"]',
      'NR809 tcp data["65536"]',
      'NR809 tcp data["7001"]',
      'NR809 tcp data["7002"]',
      'NR809 tcp data["7003"]',
      'NR809 udp data["7007"]',
    ]);
    await naru.given(configMapYaml({}));
    assert.deepEqual(
      naru.problems.map(({ code, source }) => `${code} ${source.name}`),
      ['NR808 tcp', 'NR808 udp'],
    );
  });

  test('a port that is in use on the machine is told, and all others are served', async () => {
    const taken = await talker('somebody else');
    await given({ tcp: { [first]: 'default/one:5432', [taken]: 'default/one:5432' } }, pods('one', [await talker('one')]));
    await becomes('one\none heard hello', () => talk(first));
    assert.deepEqual(
      naru.problems.map(({ code, source }) => `${code} ${source.name} ${source.field}`),
      [`NR701 tcp data["${taken}"]`],
    );
    await given({ tcp: { [first]: 'default/two:5432', [taken]: 'default/one:5432' } }, pods('two', [await talker('two')]));
    await becomes('two\ntwo heard hello', () => talk(first));
  });
});
