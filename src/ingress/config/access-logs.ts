import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import type { AccessLog } from '../../model/access-log.ts';
import { problem, type Problem } from '../../model/problem.ts';
import { readLogFormat } from '../nginx/log-format.ts';
import { sourceOf } from '../source-of.ts';
import type { ControllerConfig } from './index.ts';

/** Absent: none is written. */
export interface AccessLogs {
  readonly requests?: AccessLog;
  readonly connections?: AccessLog;
}

export interface AccessLogsReading {
  readonly logs: AccessLogs;
  readonly problems: readonly Problem[];
}

/** `by`: the ConfigMap, where there is one. */
export function readAccessLogs(keys: ControllerConfig['logging'], by: ConfigMap | undefined): AccessLogsReading {
  const json = keys['log-format-escape-json'];
  const common = { except: keys['skip-access-log-urls'], defaultBackend: keys['enable-access-log-for-default-backend'] };
  const requests = readLogFormat(keys['log-format-upstream'], { json, stream: false });
  const connections = readLogFormat(keys['log-format-stream'], { json, stream: true });
  const everywhere = keys['access-log-path'];
  const hasNone = keys['disable-access-log'];
  return {
    logs: {
      ...(hasNone || keys['disable-http-access-log']
        ? {}
        : { requests: { to: keys['http-access-log-path'] ?? everywhere, format: requests.format, ...common } }),
      ...(hasNone || keys['disable-stream-access-log']
        ? {}
        : {
            connections: { to: keys['stream-access-log-path'] ?? everywhere, format: connections.format, except: [], defaultBackend: true },
          }),
    },
    problems:
      by === undefined
        ? []
        : [...complain(by, 'log-format-upstream', requests.unknown), ...complain(by, 'log-format-stream', connections.unknown)],
  };
}

function complain(by: ConfigMap, key: string, unknown: readonly string[]): readonly Problem[] {
  if (unknown.length === 0) return [];
  const names = unknown.slice(0, 10).map((name) => `$${name.slice(0, 40)}`);
  return [
    problem('NR810', sourceOf(by, printFieldPath(['data', key])), {
      message: `${key}: Envoy has nothing for ${names.join(', ')}.`,
      done: `"-" is written instead.`,
      fix: 'Leave it out of the format.',
    }),
  ];
}
