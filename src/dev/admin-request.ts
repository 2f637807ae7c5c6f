import { request } from 'node:http';
import type { Address } from './bootstrap.ts';

export interface AdminResponse {
  readonly status: number;
  readonly body: string;
}

/** One request to Envoy's admin interface. Rejects while nothing listens there. */
export function adminRequest(admin: Address, path: string, method: 'GET' | 'POST' = 'GET'): Promise<AdminResponse> {
  const target = 'path' in admin ? { socketPath: admin.path } : { host: admin.host, port: admin.port };
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, path, method, agent: false, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('timeout', () => sent.destroy(new Error(`Envoy's admin interface does not answer ${path}.`)));
    sent.on('error', reject);
    sent.end();
  });
}
