// A stand-in for an API server that lists a world, as a stream or in pages: its parent says of how many Ingresses, and hears the port.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Certificates } from '../pass/objects.ts';
import { rawObjects } from './raw-objects.ts';

/** A line for each object: that of an event, and (without what is around it) an item of a list. */
const collections = new Map<string, readonly string[]>();
const head = '{"type":"ADDED","object":';
const version = '1000000';

function stream(lines: readonly string[], response: ServerResponse): void {
  // In pieces, as from a real server, and without keeping the whole in memory a second time.
  for (let at = 0; at < lines.length; at += 100) response.write(lines.slice(at, at + 100).join(''));
  const metadata = { resourceVersion: version, annotations: { 'k8s.io/initial-events-end': 'true' } };
  response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`);
}

function page(lines: readonly string[], parameters: URLSearchParams, response: ServerResponse): void {
  const start = Number(parameters.get('continue') ?? 0);
  const end = start + Number(parameters.get('limit') ?? lines.length);
  const items = lines.slice(start, end).map((line) => line.slice(head.length, -2));
  const metadata = { resourceVersion: version, ...(end < lines.length ? { continue: String(end) } : {}) };
  response.end(`{"metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`);
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const lines = collections.get(pathname) ?? [];
  if (searchParams.has('sendInitialEvents')) stream(lines, response);
  else if (searchParams.has('watch')) response.flushHeaders();
  else page(lines, searchParams, response);
});

process.on('disconnect', () => process.exit());
process.once('message', (count: number) => void serve(count));

async function serve(count: number): Promise<void> {
  for (const [path, objects] of Object.entries(rawObjects(count, await Certificates.make())))
    collections.set(
      path,
      objects.map((object) => `${head}${JSON.stringify(object)}}\n`),
    );
  const bytes = [...collections.values()].flat().reduce((sum, line) => sum + line.length, 0);
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port, bytes }));
}
