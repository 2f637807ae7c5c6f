import { cookieDomain, cookiePath, redirectFrom, redirectTo } from '../annotations/answer-rewrites.ts';
import { errorStatuses } from '../annotations/error-pages.ts';
import { choice, flag, freeText, wholeNumber, written } from './setting.ts';
import { duration, seconds, size } from './quantity.ts';
import { changesDefault, defaultOf, defineConcern, notRead, read, readWith } from './concern.ts';

const count = (fallback: number, doc: string, min = 0) => wholeNumber({ fallback, min, max: 999_999_999, doc });
/** As the annotation of the same name takes it. */
const timeout = (fallback: number, max: number, doc: string) => wholeNumber({ fallback, min: 1, max, doc, type: 'seconds' });
const unbuffered = { reason: 'Envoy streams answers instead of buffering them.', fix: 'Remove the key.' };
const hashing = { reason: 'ingress-nginx reads the annotation alone.', fix: 'Set the annotation of this name.' };

export const upstreams = defineConcern('Connections to backends', {
  'upstream-keepalive-requests': read(count(10_000, 'Requests after which a connection to a backend is closed.')),
  'upstream-keepalive-time': read(duration('1h', 'Age at which a connection to a backend is closed.')),
  'upstream-keepalive-timeout': read(seconds(60, 'How long an idle connection to a backend is kept.')),
  'upstream-keepalive-connections': notRead(count(320, 'Idle connections to backends that a worker keeps.'), {
    reason: 'Envoy keeps as many as were needed, until upstream-keepalive-timeout.',
    fix: 'Remove the key.',
  }),
  'retry-non-idempotent': changesDefault(
    'proxy-next-upstream',
    flag(
      false,
      'Try POST, LOCK and PATCH again, too, although the backend may have seen them; where no annotation says when to try again.',
    ),
    (conditions: string, on) => (on ? `${conditions} non_idempotent` : conditions),
  ),
  'proxy-connect-timeout': defaultOf('proxy-connect-timeout', timeout(5, 75, 'How long connecting to a backend may take.')),
  'proxy-read-timeout': defaultOf('proxy-read-timeout', timeout(60, 999_999_999, 'Longest pause in the answer of a backend.')),
  'proxy-send-timeout': defaultOf('proxy-send-timeout', timeout(60, 999_999_999, 'Longest pause in sending to a backend.')),
  'proxy-next-upstream': defaultOf('proxy-next-upstream', freeText('error timeout', 'When another pod is tried.', 'list of conditions')),
  'proxy-next-upstream-timeout': defaultOf('proxy-next-upstream-timeout', seconds(0, 'How long other pods are tried; 0 for no limit.')),
  'proxy-next-upstream-tries': defaultOf('proxy-next-upstream-tries', count(3, 'How many pods are tried; 0 for no limit.')),
  'proxy-http-version': readWith(
    'Backends get HTTP/1.1 whatever it says.',
    choice(['1.0', '1.1'], '1.1', 'HTTP version towards backends.'),
  ),
  'load-balance': defaultOf('load-balance', choice(['round_robin', 'ewma'], 'round_robin', 'How a pod is chosen.')),
  'service-upstream': defaultOf('service-upstream', flag(false, 'Send to the cluster IP of Services instead of their pods.')),
  'upstream-hash-by': notRead(freeText('', 'What decides on the pod.'), hashing),
  'upstream-hash-by-subset': notRead(flag(false, 'Hash to a group of pods.'), hashing),
  'upstream-hash-by-subset-size': notRead(count(3, 'Pods in such a group.'), hashing),
  'proxy-ssl-location-only': readWith('They always do.', flag(false, 'TLS settings towards backends hold for their own paths alone.')),
});

export const bodies = defineConcern('Bodies', {
  'proxy-body-size': defaultOf('proxy-body-size', size('1m', 'Largest body of a request; 0 for no limit.')),
  'proxy-request-buffering': defaultOf(
    'proxy-request-buffering',
    choice(['on', 'off'], 'off', 'Read the whole body before sending it on.'),
  ),
  'proxy-buffering': defaultOf('proxy-buffering', choice(['on', 'off'], 'off', 'Read answers before sending them on.')),
  'proxy-buffer-size': defaultOf('proxy-buffer-size', size('4k', 'Buffer for the head of an answer.')),
  'proxy-buffers-number': notRead(count(4, 'Buffers for an answer.'), unbuffered),
  'proxy-busy-buffers-size': notRead(freeText('', 'Part of the buffers that may be busy.', 'size'), unbuffered),
  'proxy-max-temp-file-size': notRead(size('1024m', 'Largest file for an answer.'), unbuffered),
  'grpc-buffer-size-kb': notRead(count(0, 'Buffer for answers over gRPC.'), unbuffered),
});

export const rewriting = defineConcern('Rewriting of answers', {
  'proxy-cookie-domain': defaultOf('proxy-cookie-domain', written(cookieDomain, 'off', 'Rewrites the domain of cookies.')),
  'proxy-cookie-path': defaultOf('proxy-cookie-path', written(cookiePath, 'off', 'Rewrites the path of cookies.')),
  'proxy-redirect-from': defaultOf('proxy-redirect-from', written(redirectFrom, 'off', 'Rewrites the beginning of `Location`.')),
  'proxy-redirect-to': defaultOf('proxy-redirect-to', written(redirectTo, 'off', 'What it is rewritten to.')),
  'custom-http-errors': defaultOf(
    'custom-http-errors',
    written(errorStatuses, '', 'Answers with these statuses are made by the default backend.'),
  ),
  'disable-proxy-intercept-errors': defaultOf('disable-proxy-intercept-errors', flag(false, 'Replace only errors of the proxy itself.')),
});
