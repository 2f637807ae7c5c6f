import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * An API server refuses versions older than its own start with 410. A new etcd counts from 1, which would not be older:
 * this counts it on. https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/
 */
export async function makeOldVersions(socketPath: string): Promise<void> {
  const body = JSON.stringify({ key: Buffer.from('naru').toString('base64'), value: '' });
  for (let version = 0; version < 3; version++) {
    const sent = request({ socketPath, path: '/v3/kv/put', method: 'POST' });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = await text(response);
    if (response.statusCode !== 200) throw new Error(`etcd: ${response.statusCode} ${answer}`);
  }
}
