import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { eventually } from '../support/eventually.ts';
import { Naru } from '../support/naru.ts';
import type { RequestDetails } from '../support/request.ts';
import { configMapYaml, echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
let port = 0;
describe('access log', () => {
  test('Naru starts with an Envoy and a ConfigMap', async () => {
    port = await choosePort(0);
    naru = await Naru.start({
      configMap: 'default/naru',
      defaultBackendService: 'default/nobody',
      streams: { tcp: 'default/tcp', reserved: [] },
    });
  });
  after(() => naru?.stop());

  const objects = ingressYaml({ name: 'web', host: 'web.test', paths: ['Prefix / web'] }) + echoService('web', 'nobody');
  const tcp = (): string => configMapYaml({ [port]: 'default/web:80' }, 'tcp');

  const given = (data: Readonly<Record<string, string>>) => naru.given(configMapYaml(data) + objects + tcp());

  /** Lines of the log that hold this. */
  function lines(text: string): readonly string[] {
    return naru.accessLog.filter((line) => line.includes(text));
  }

  /** Asks until the log has a line that fits: a listener that was accepted takes its place a moment later, and logs are written in turns. */
  async function expectLine(fits: RegExp, ask: () => Promise<unknown>): Promise<string> {
    const find = () => naru.accessLog.find((line) => fits.test(line));
    await eventually(String(fits), async () => {
      const before = naru.accessLog.length;
      await ask();
      // What is asked for is in the log a moment later, or nothing of it ever is.
      await eventually('a line', () => (naru.accessLog.length > before ? true : undefined), { deadlineMs: 500 }).catch(() => undefined);
      return find();
    }).catch(() => assert.fail(`no line like ${fits} in\n${naru.accessLog.slice(-5).join('\n')}`));
    return find() ?? '';
  }

  const get = (url: string, details: RequestDetails = {}) => naru.get(url, { ...details, fresh: true });

  const agent = { 'User-Agent': 'a "quoted" one', Referer: 'http://from.test/' };

  test('a line for each request, as ingress-nginx writes it by default', async () => {
    await given({});
    const line = await expectLine(/first/, () => get('http://web.test/first?a=b', { headers: agent }));
    assert.match(
      line,
      /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/first\?a=b HTTP\/1\.1" 200 [1-9]\d* "http:\/\/from\.test\/" "a "quoted" one" [1-9]\d* [0-9.e-]+ \[default\/web\/80\] \[-\] 127\.0\.0\.1:\d+ [1-9]\d* [0-9.e-]+ 200 [0-9a-f-]{36}$/,
    );
  });

  test('a format of the ConfigMap is written, as JSON where that is asked for; what Envoy has nothing for is told', async () => {
    const format =
      '{"who": "$remote_addr", "agent": "$http_user_agent", "status": $status, "at": {"host": "$host", "q": "$args"}, "ssl": "$ssl_session_reused", "n": 1}';
    await given({ 'log-format-upstream': format, 'log-format-escape-json': 'true' });
    const line = await expectLine(/^\{.*second/, () => get('http://web.test/?q=second', { headers: agent }));
    assert.deepEqual(JSON.parse(line), {
      who: '127.0.0.1',
      agent: 'a "quoted" one',
      status: 200,
      at: { host: 'web.test', q: 'q=second' },
      ssl: '-',
      n: '1',
    });
    assert.deepEqual(
      naru.problems.map(({ code, source, message }) => `${code} ${source.field} ${message}`),
      ['NR810 data.log-format-upstream log-format-upstream: Envoy has nothing for $ssl_session_reused.'],
    );
    await given({ 'log-format-upstream': '100% $request_method ${uri} %REQ(:path)% $sent_http_content_type' });
    await expectLine(/^100% GET \/third %REQ\(:path\)% application\/json$/, () => get('http://web.test/third?x'));
  });

  test('the Ingress and the Service of a request are in the log, also where a host is found by its wildcard', async () => {
    const format = 'L6 $request_uri [$namespace|$ingress_name|$service_name|$service_port]';
    const wide = ingressYaml({ name: 'wide', host: '*.wide.test', paths: ['Prefix / web'], annotations: { 'proxy-connect-timeout': '3' } });
    const closed = ingressYaml({ name: 'closed', host: 'closed.test', paths: ['Prefix / missing'] });
    await naru.given(configMapYaml({ 'log-format-upstream': format }) + objects + tcp() + wide + closed);
    await expectLine(/^L6 \/one \[default\|web\|web\|80\]$/, () => get('http://web.test/one'));
    await expectLine(/^L6 \/two \[default\|wide\|web\|80\]$/, () => get('http://a.wide.test/two'));
    await expectLine(/^L6 \/three \[default\|closed\|-\|-\]$/, () => get('http://closed.test/three'));
    await naru.given(
      configMapYaml({ 'log-format-upstream': format.replace('L6', 'L7'), 'enable-access-log-for-default-backend': 'true' }) +
        objects +
        tcp(),
    );
    await expectLine(/^L7 \/five \[-\|-\|nobody\|80\]$/, () => get('http://nobody.test/five'));
  });

  test('paths that are to be skipped are not written, by the name that the client gave them, and none where logs are off', async () => {
    await given({ 'skip-access-log-urls': '/quiet,/also?x=1', 'log-format-upstream': 'L4 $host $request_uri' });
    await expectLine(/^L4 web.test \/loud$/, () => get('http://web.test/loud'));
    for (const path of ['/quiet', '/also?x=1', '/quiet?x', '/also']) await get(`http://web.test${path}`);
    await expectLine(/^L4 web.test \/last$/, () => get('http://web.test/last'));
    const written = new Set(naru.accessLog.filter((line) => /^L4.*(quiet|also|other)/.test(line)));
    assert.deepEqual([...written].sort(), ['L4 web.test /also', 'L4 web.test /quiet?x']);

    await given({ 'disable-access-log': 'true' });
    await eventually('nothing is written any more', async () => {
      const before = naru.accessLog.length;
      await get('http://web.test/silent');
      await get('http://web.test/silent');
      return naru.accessLog.length === before ? true : undefined;
    });
    await given({ 'access-log-path': '/tmp/access.log', 'log-format-upstream': 'L5 $request_uri' });
    await expectLine(/^L5 \/there$/, () => get('http://web.test/there'));
    assert.deepEqual(
      naru.problems.map(({ code, source }) => `${code} ${source.field}`),
      ['NR802 data.access-log-path'],
    );
    assert.deepEqual(lines('/silent').length < 20, true);
  });

  test('what the default backend of the controller answers is written only if this is asked for', async () => {
    await given({ 'log-format-upstream': 'L6 $host $request_uri' });
    await expectLine(/^L6 web.test \/known$/, () => Promise.all([get('http://else.test/unknown'), get('http://web.test/known')]));
    await expectLine(/^L6 web.test \/after$/, () => get('http://web.test/after'));
    assert.deepEqual(lines('L6 else.test'), []);
    await given({ 'log-format-upstream': 'L7 $host $request_uri', 'enable-access-log-for-default-backend': 'true' });
    await expectLine(/^L7 else.test \/unknown$/, () => get('http://else.test/unknown'));
  });

  test('paths whose Ingress says so are not written, on exact hosts and wildcards; their neighbours are', async () => {
    const quiet = (host: string, annotation: string) =>
      ingressYaml({
        ...{ name: `quiet-${host.length}`, host, paths: ['Prefix /quiet web'] },
        annotations: { 'enable-access-log': annotation },
      });
    const config = configMapYaml({ 'log-format-upstream': 'L8 $host $request_uri' });
    await naru.given(config + objects + quiet('web.test', 'false') + quiet('*.wild.test', 'false') + tcp());
    for (const url of ['http://web.test/quiet/a', 'http://a.wild.test/quiet/a']) assert.equal(await naru.served(url), 'web');
    await expectLine(/^L8 web.test \/loud$/, () =>
      Promise.all([get('http://web.test/quiet/b'), get('http://a.wild.test/quiet/b'), get('http://web.test/loud')]),
    );
    await expectLine(/^L8 web.test \/after$/, () => get('http://web.test/after'));
    assert.deepEqual(lines('/quiet/b'), []);
    await naru.given(config + objects + quiet('web.test', 'true') + quiet('*.wild.test', 'never') + tcp());
    await expectLine(/^L8 web.test \/quiet\/c$/, () => get('http://web.test/quiet/c'));
    await expectLine(/^L8 a.wild.test \/quiet\/c$/, () => get('http://a.wild.test/quiet/c'));
    assert.deepEqual(
      naru.problems.map(({ code }) => code),
      ['NR214'],
    );
  });

  test('a line for each connection of a TCP service', async () => {
    await given({});
    await expectLine(/^\[127\.0\.0\.1\] \[.*\+0000\] TCP - [1-9]\d* [1-9]\d* [0-9.e-]+$/, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.resume().end('GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n');
      await new Promise((resolve) => socket.once('error', resolve).once('close', resolve));
    });
  });
});
