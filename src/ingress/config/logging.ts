import type { AccessLog } from '../../model/access-log.ts';
import { type Grammar, shown } from '../annotations/grammar.ts';
import { choice, flag, freeText, wholeNumber, written } from './setting.ts';
import { words } from './list.ts';
import { defineConcern, draining, notRead, read, readWith } from './concern.ts';

const noSyslog = { reason: 'Envoy does not write to syslog.', fix: "Let the cluster's log collector read Envoy's output." };

/** In ingress-nginx's image this file is a link to standard output. */
const usualPath = '/var/log/nginx/access.log';

const path: Grammar<AccessLog['to']> = {
  type: 'path',
  parse(text) {
    if (text === usualPath || text === '/dev/stdout') return { ok: true, value: 'stdout' };
    if (text === '/dev/stderr') return { ok: true, value: 'stderr' };
    return { ok: false, message: `"${shown(text)}" is a file, and Envoys write to standard output or standard error` };
  },
};

const ownPath: Grammar<AccessLog['to'] | undefined> = {
  type: 'path',
  parse: (text) => (text === '' ? { ok: true, value: undefined } : path.parse(text)),
};

const only = 'Standard output (also by its default) and `/dev/stderr` alone.';
const variables =
  '`$time_*` is when the request began; `$upstream_*` are of the last try, `$service_name` and `$service_port` of the Service that was asked, also where that is a canary; `$proxy_upstream_name` is namespace/service/port. For variables that Envoy has nothing for, `-` is written, and told.';

/** https://github.com/kubernetes/ingress-nginx internal/ingress/controller/config/config.go, logFormatUpstream and logFormatStream */
const ofRequests =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id';
const ofConnections = '[$remote_addr] [$time_local] $protocol $status $bytes_sent $bytes_received $session_time';

export const logging = defineConcern('Logs', {
  'disable-access-log': draining(read(flag(false, 'No access logs.'))),
  'disable-http-access-log': draining(read(flag(false, 'No access log of HTTP.'))),
  'disable-stream-access-log': draining(read(flag(false, 'No access log of TCP and UDP services.'))),
  'access-log-path': draining(readWith(only, written(path, usualPath, 'Where access logs go.'))),
  'http-access-log-path': draining(readWith(only, written(ownPath, '', 'Where the access log of HTTP goes, instead.'))),
  'stream-access-log-path': draining(readWith(only, written(ownPath, '', 'Where the access log of TCP and UDP services goes, instead.'))),
  'log-format-upstream': draining(readWith(variables, freeText(ofRequests, 'A line of the access log of HTTP.', 'format of nginx'))),
  'log-format-stream': draining(
    readWith(
      '`$status` is what Envoy calls the reason of the end, `-` for none.',
      freeText(ofConnections, 'A line of the access log of TCP and UDP services.', 'format of nginx'),
    ),
  ),
  'log-format-escape-json': draining(
    readWith(
      'A format that is a JSON object is written as one, its names sorted, codes and sizes as numbers; others as without this key.',
      flag(false, 'Escape values for JSON.'),
    ),
  ),
  'log-format-escape-none': draining(
    readWith('Values are never escaped but in JSON; no value can hold a line break.', flag(false, 'Write values as they are.')),
  ),
  'skip-access-log-urls': draining(read(words('path', '', 'Paths, with their queries, that are not logged.'))),
  'enable-access-log-for-default-backend': draining(
    readWith('404 where there is none is logged.', flag(false, 'Log requests that the default backend answers.')),
  ),
  'enable-auth-access-log': notRead(flag(false, 'Log requests to the authentication service.'), {
    reason: 'Envoy does not log them.',
    fix: 'Look into the logs of the authentication service.',
  }),
  'access-log-params': notRead(freeText('', 'Buffering and compression of the log.'), {
    reason: 'Envoy buffers its log by itself.',
    fix: 'Remove the key.',
  }),
  'error-log-path': notRead(freeText('/var/log/nginx/error.log', 'Where errors are logged.', 'path'), {
    reason: 'Envoy logs to standard error.',
    fix: 'Start Envoy with --log-path, if you need a file.',
  }),
  'error-log-level': notRead(choice(['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'], 'notice', 'What is logged.'), {
    reason: 'The level belongs to the start of an Envoy.',
    fix: 'Start Envoy with --log-level.',
  }),
  'enable-syslog': notRead(flag(false, 'Log to syslog.'), noSyslog),
  'syslog-host': notRead(freeText('', 'Server of syslog.', 'host'), noSyslog),
  'syslog-port': notRead(wholeNumber({ fallback: 514, min: 1, max: 65_535, doc: 'Its port.' }), noSyslog),
});
