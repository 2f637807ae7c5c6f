import type { PlainVariable, Template, Variable } from '../model/template.ts';

/** https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/advanced/substitution_formatter */
const commands: Readonly<Record<PlainVariable, string>> = {
  authority: '%REQ(:authority)%',
  scheme: '%REQ(:scheme)%',
  method: '%REQ(:method)%',
  path: '%PATH(NQ:PATH)%',
  query: '%QUERY_PARAMS(ORIG)%',
  'original-path-and-query': '%REQ(x-envoy-original-path?:path)%',
  'client-address': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  'local-port': '%DOWNSTREAM_LOCAL_PORT%',
  'request-id': '%REQ(x-request-id)%',
  protocol: '%PROTOCOL%',
  'tls-server-name': '%REQUESTED_SERVER_NAME%',
  'tls-version': '%DOWNSTREAM_TLS_VERSION%',
  'tls-cipher': '%DOWNSTREAM_TLS_CIPHER%',
  'client-certificate-subject': '%DOWNSTREAM_PEER_SUBJECT%',
  'client-certificate-issuer': '%DOWNSTREAM_PEER_ISSUER%',
  'client-certificate': '%DOWNSTREAM_PEER_CERT%',
  'upstream-address': '%UPSTREAM_HOST%',
  status: '%RESPONSE_CODE%',
};

const keyedCommands = { 'request-header': 'REQ', 'query-parameter': 'QUERY_PARAM', 'response-header': 'RESP' } as const;

/** A template in Envoy's own format, in which a `%` begins a command: one in the text is doubled. */
export function renderTemplate(template: Template): string {
  return template.map((part) => (typeof part === 'string' ? escapeText(part) : renderVariable(part))).join('');
}

/** Text that holds no commands, for a place in which Envoy looks for them. */
export function escapeText(text: string): string {
  return text.replaceAll('%', '%%');
}

export function renderVariable(variable: Variable): string {
  if (!('key' in variable)) return commands[variable.name];
  // A key ends where the grammar of the command does: nothing else may be in it.
  if (!/^[A-Za-z0-9_.~-]+$/.test(variable.key)) return '';
  return `%${keyedCommands[variable.name]}(${variable.key})%`;
}
