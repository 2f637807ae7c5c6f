import { choice, flag, freeText, wholeNumber } from './setting.ts';
import { words } from './list.ts';
import { defineConcern, draining, notRead, read, readWith } from './concern.ts';

const noSyslog = { reason: 'Envoy does not write to syslog.', fix: "Let the cluster's log collector read Envoy's output." };
const toOutput = 'Written to standard output for `/dev/stdout` and for the default; else to that file of the Envoy.';

export const logging = defineConcern('Logs', {
  'disable-access-log': draining(read(flag(false, 'No access logs.'))),
  'disable-http-access-log': draining(read(flag(false, 'No access log of HTTP.'))),
  'disable-stream-access-log': draining(read(flag(false, 'No access log of TCP and UDP services.'))),
  'access-log-path': draining(readWith(toOutput, freeText('/var/log/nginx/access.log', 'Where access logs go.', 'path'))),
  'http-access-log-path': draining(readWith(toOutput, freeText('', 'Where the access log of HTTP goes, instead.', 'path'))),
  'stream-access-log-path': draining(
    readWith(toOutput, freeText('', 'Where the access log of TCP and UDP services goes, instead.', 'path')),
  ),
  'log-format-upstream': draining(
    readWith(
      'Variables of nginx that Envoy has no word for are written as `-` and reported.',
      freeText('', 'A line of the access log of HTTP.', 'format of nginx'),
    ),
  ),
  'log-format-stream': draining(
    readWith(
      'Variables of nginx that Envoy has no word for are written as `-` and reported.',
      freeText('', 'A line of the access log of TCP and UDP services.', 'format of nginx'),
    ),
  ),
  'log-format-escape-json': draining(readWith('Values are escaped for JSON by Envoy.', flag(false, 'Escape values for JSON.'))),
  'log-format-escape-none': notRead(flag(false, 'Write values as they are.'), {
    reason: 'Envoy escapes what clients could break a line with.',
    fix: 'Remove the key.',
  }),
  'skip-access-log-urls': draining(read(words('path', '', 'Paths that are not logged.'))),
  'enable-access-log-for-default-backend': notRead(flag(false, 'Log requests that the default backend answers.'), {
    reason: 'Naru logs every request.',
    fix: 'Remove the key.',
  }),
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
