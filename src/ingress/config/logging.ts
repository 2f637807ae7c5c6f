import { choice, flag, freeText, wholeNumber } from './setting.ts';
import { words } from './list.ts';
import { defineConcern, notRead } from './concern.ts';

const noSyslog = { reason: 'Envoy does not write to syslog.', fix: "Let the cluster's log collector read Envoy's output." };
const noAccessLog = { reason: 'Naru does not set up access logs yet.', fix: 'Remove the key, or keep it for later.' };

export const logging = defineConcern('Logs', {
  'disable-access-log': notRead(flag(false, 'No access logs.'), noAccessLog),
  'disable-http-access-log': notRead(flag(false, 'No access log of HTTP.'), noAccessLog),
  'disable-stream-access-log': notRead(flag(false, 'No access log of TCP and UDP services.'), noAccessLog),
  'access-log-path': notRead(freeText('/var/log/nginx/access.log', 'Where access logs go.', 'path'), noAccessLog),
  'http-access-log-path': notRead(freeText('', 'Where the access log of HTTP goes, instead.', 'path'), noAccessLog),
  'stream-access-log-path': notRead(freeText('', 'Where the access log of TCP and UDP services goes, instead.', 'path'), noAccessLog),
  'log-format-upstream': notRead(freeText('', 'A line of the access log of HTTP.', 'format of nginx'), noAccessLog),
  'log-format-stream': notRead(freeText('', 'A line of the access log of TCP and UDP services.', 'format of nginx'), noAccessLog),
  'log-format-escape-json': notRead(flag(false, 'Escape values for JSON.'), noAccessLog),
  'log-format-escape-none': notRead(flag(false, 'Write values as they are.'), noAccessLog),
  'skip-access-log-urls': notRead(words('path', '', 'Paths that are not logged.'), noAccessLog),
  'enable-access-log-for-default-backend': notRead(flag(false, 'Log requests that the default backend answers.'), noAccessLog),
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
