import { status } from '@grpc/grpc-js';
import type { CheckResponse } from './authorization-service.ts';

interface Header {
  readonly name: string;
  readonly value: string;
}

/** What comes of one check, or of all of them. */
export type Outcome =
  | {
      readonly passed: true;
      /** Headers that the backend gets in place of the client's. */
      readonly set?: readonly Header[];
      /** Headers of the client that it gets no more. */
      readonly remove?: readonly string[];
      /** Headers that the client gets with the answer. */
      readonly answer?: readonly Header[];
    }
  | { readonly passed: false; readonly status: number; readonly body: string; readonly headers?: readonly Header[] };

export const forbidden: Outcome = { passed: false, status: 403, body: 'Forbidden\n' };

/** Nobody knows: nobody gets in. */
export const unavailable: Outcome = { passed: false, status: 503, body: 'Service Unavailable\n' };

const append = 'APPEND_IF_EXISTS_OR_ADD';
const replace = 'OVERWRITE_IF_EXISTS_OR_ADD';

/** What Envoy is told. */
export function responseOf(outcome: Outcome): CheckResponse {
  const headers = (list: readonly Header[] = []) =>
    list.map(({ name: key, value }) => ({ header: { key, value }, append_action: key === 'set-cookie' ? append : replace }) as const);
  if (outcome.passed) {
    const { set, remove = [], answer } = outcome;
    return {
      status: { code: status.OK },
      ok_response: { headers: headers(set), headers_to_remove: remove, response_headers_to_add: headers(answer) },
    };
  }
  return {
    status: { code: status.PERMISSION_DENIED },
    denied_response: {
      status: { code: codes[outcome.status] ?? 'InternalServerError' },
      headers: headers(outcome.headers),
      body: outcome.body,
    },
  };
}

/** Envoy's names of the statuses that are answered here. */
const codes: Readonly<Record<number, 'Found' | 'Unauthorized' | 'Forbidden' | 'InternalServerError' | 'ServiceUnavailable'>> = {
  302: 'Found',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};
