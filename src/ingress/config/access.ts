import { matching } from '../annotations/grammar.ts';
import { cacheTimes } from '../annotations/cache-times.ts';
import { choice, flag, freeText, wholeNumber, written } from './setting.ts';
import { cidrs, headerNames, list, words } from './list.ts';
import { textPattern } from './text-patterns.ts';
import { defaultOf, defineConcern, draining, forAnnotations, notRead, read, readWith } from './concern.ts';

const count = (fallback: number, doc: string) => wholeNumber({ fallback, min: 0, max: 999_999_999, doc });
const errorCode = (doc: string) => wholeNumber({ fallback: 503, min: 400, max: 599, doc, type: 'status code' });
const noStatusPage = { reason: 'Envoy has no page of this kind.', fix: "Remove the key; Envoy's metrics are on its admin interface." };

export const access = defineConcern('Who may come in', {
  'block-cidrs': draining(read(cidrs('', 'Clients that get 403 on all hosts.'))),
  'block-user-agents': draining(
    readWith(
      'Of regular expressions what RE2 takes; with another the whole list is left out.',
      list(textPattern, '', 'User agents that get 403.'),
    ),
  ),
  'block-referers': draining(
    readWith(
      'Of regular expressions what RE2 takes; with another the whole list is left out.',
      list(textPattern, '', 'Referers that get 403.'),
    ),
  ),
  'whitelist-source-range': defaultOf('whitelist-source-range', cidrs('', 'Clients that are let in; none for all.')),
  'denylist-source-range': defaultOf('denylist-source-range', cidrs('', 'Clients that are not let in.')),
  'limit-req-status-code': defaultOf('limit-rps', errorCode('Answer to requests over a rate limit.')),
  'limit-conn-status-code': defaultOf('limit-connections', errorCode('Answer to requests over a limit of connections.')),
  'limit-conn-zone-variable': notRead(freeText('$binary_remote_addr', 'What connections are counted by.', 'variable of nginx'), {
    reason: 'Naru counts by the address of the client.',
    fix: 'Remove the key.',
  }),
  'limit-rate': defaultOf('limit-rate', count(0, 'Bytes in a second of an answer; 0 for no limit.')),
  'limit-rate-after': defaultOf('limit-rate-after', count(0, 'Bytes of an answer before `limit-rate` begins.')),
  'nginx-status-ipv4-whitelist': notRead(cidrs('127.0.0.1', 'Who may see the status page of nginx.'), noStatusPage),
  'nginx-status-ipv6-whitelist': notRead(cidrs('::1', 'Who may see the status page of nginx.'), noStatusPage),
});

export const authentication = defineConcern('Authentication', {
  'global-auth-url': read(freeText('', 'Service that is asked about every request of an Ingress without `auth-url`.', 'URL')),
  'global-auth-method': read(
    written(matching('method', /(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE)?/), '', 'Method of its requests, instead of GET.'),
  ),
  'global-auth-signin': read(freeText('', 'Where who is not let in is sent.', 'URL')),
  'global-auth-signin-redirect-param': read(freeText('rd', 'Query parameter that carries the way back.')),
  'global-auth-response-headers': read(headerNames('', 'Headers of its answers that backends get.')),
  'global-auth-request-redirect': read(freeText('', 'Its `X-Auth-Request-Redirect`.')),
  'global-auth-snippet': notRead(freeText('', 'Configuration of nginx for its requests.'), {
    reason: 'Naru takes no configuration of nginx for it.',
    fix: 'Remove the key.',
  }),
  'global-auth-cache-key': read(freeText('', 'What its answers are remembered by.')),
  'global-auth-cache-duration': read(written(cacheTimes, '200 202 401 5m', 'How long its answers are remembered.')),
  'global-auth-always-set-cookie': readWith('They always are.', flag(false, 'Hand its cookies on with every answer.')),
  'no-auth-locations': read(words('path', '/.well-known/acme-challenge', 'Paths of Ingresses that begin so need no authentication.')),
});

export const policies = defineConcern('What Ingresses may say', {
  'allow-snippet-annotations': forAnnotations(
    read(
      flag(
        false,
        'Read annotations with configuration of nginx, as far as docs/snippets.md goes; `annotations-risk-level` must be Critical as well.',
      ),
    ),
  ),
  'annotations-risk-level': forAnnotations(
    read(
      choice(
        ['Low', 'Medium', 'High', 'Critical'],
        'High',
        'The paths of Ingresses with annotations above this risk are closed with 503; canaries get no requests.',
      ),
    ),
  ),
  'annotation-value-word-blocklist': forAnnotations(
    read(
      words('text', '', 'The paths of Ingresses with annotations that hold one of these are closed with 503; canaries get no requests.'),
    ),
  ),
  'allow-cross-namespace-resources': forAnnotations(
    readWith(
      'The ConfigMap of `custom-headers` may be in any namespace, as in ingress-nginx.',
      flag(false, 'Let `auth-secret`, `auth-tls-secret` and `proxy-ssl-secret` name Secrets of other namespaces.'),
    ),
  ),
  'strict-validate-path-type': notRead(flag(true, 'Refuse regular expressions in paths of type Exact and Prefix.'), {
    reason: 'Naru refuses no Ingress when it is written.',
    fix: 'Remove the key; NR303 tells of paths that look like regular expressions and are compared letter by letter.',
  }),
  'global-allowed-response-headers': defaultOf('custom-headers', headerNames('', 'Headers that custom-headers may set.')),
});
