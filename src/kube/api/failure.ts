import { valueAt } from '../read.ts';

export interface FailureOptions {
  /** Of the HTTP response, or of the `Status` in an ERROR event. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** Of a socket: `ECONNREFUSED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly code?: string;
  /** What was heard may have a hole: list again instead of watching on. */
  readonly relist?: boolean;
}

/** Why a request did not give what was asked: the message is a part of a sentence, "the API server answered 500: …". */
export class Failure extends Error {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly code: string | undefined;
  readonly relist: boolean;

  constructor(message: string, { status, retryAfterMs, code, relist = false }: FailureOptions = {}) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
    // 410 Gone: the version is older than what the server remembers.
    this.relist = relist || status === 410;
  }
}

const tlsCode = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/;

/** Whether credentials read anew may help. */
export function isAboutCredentials({ status, code = '' }: Failure): boolean {
  return status === 401 || tlsCode.test(code);
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure(String(error));
  const { code } = error as NodeJS.ErrnoException;
  // Addresses that were all tried make an error without a message.
  const message = error.message === '' ? (code ?? error.name) : error.message;
  return new Failure(`there is no connection to the API server: ${message}`, code === undefined ? {} : { code });
}

/** A `Status` object, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/. */
export function failureOfStatus(status: unknown, httpStatus?: number, retryAfterMs?: number): Failure {
  const code = valueAt(status, ['code']);
  const said = valueAt(status, ['message']);
  const number = typeof code === 'number' && code > 0 ? code : httpStatus;
  const seconds = valueAt(status, ['details', 'retryAfterSeconds']);
  const after = retryAfterMs ?? (typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined);
  const text = typeof said === 'string' && said !== '' ? `: ${said}` : '';
  return new Failure(`the API server answered ${number ?? 'with an error'}${text}`, {
    ...(number === undefined ? {} : { status: number }),
    ...(after === undefined ? {} : { retryAfterMs: after }),
  });
}
