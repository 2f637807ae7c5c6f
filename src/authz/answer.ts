import { status } from '@grpc/grpc-js';
import type { CheckResponse } from './authorization-service.ts';
import type { Verdict } from './basic-auth.ts';

/** What Envoy is told. The backend never sees the password, as behind ingress-nginx. */
export function answer(verdict: Verdict, realm: string): CheckResponse {
  if (verdict === 'allowed') return { status: { code: status.OK }, ok_response: { headers_to_remove: ['authorization'] } };
  if (verdict === 'unavailable') {
    return {
      status: { code: status.UNAVAILABLE },
      denied_response: { status: { code: 'ServiceUnavailable' }, body: 'Service Unavailable\n' },
    };
  }
  const challenge = { key: 'www-authenticate', value: `Basic realm="${realm.replaceAll(/["\\]/g, '\\$&')}"` };
  return {
    status: { code: status.UNAUTHENTICATED },
    denied_response: { status: { code: 'Unauthorized' }, headers: [{ header: challenge }], body: 'Authorization Required\n' },
  };
}
