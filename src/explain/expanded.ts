import { type ExplainedRequest, headerOf, pathOnly } from './request.ts';

/**
 * What Envoy writes in the place of a text with commands such as `%REQ(:authority)%`. Those that are not about the request alone stay.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/advanced/substitution_formatter
 */
export function expanded(text: string, request: ExplainedRequest): string {
  return text.replaceAll(/%%|%([A-Z_]+)(?:\(([^)]*)\))?%/g, (whole, command?: string, argument = '') =>
    command === undefined ? '%' : (valueOf(command, argument, request) ?? whole),
  );
}

/** What has no value is written as nothing. */
function valueOf(command: string, argument: string, request: ExplainedRequest): string | undefined {
  const query = /\?.*$/s.exec(request.path)?.[0] ?? '';
  switch (command) {
    case 'REQ': {
      const [name = '', other = ''] = argument.split('?');
      return headerOf(request, name) ?? (other === '' ? '' : (headerOf(request, other.replace(/^:?/, ':')) ?? ''));
    }
    case 'PATH':
      return argument === 'NQ:PATH' ? pathOnly(request) : undefined;
    case 'QUERY_PARAMS':
      return query.slice(1);
    case 'QUERY_PARAM':
      return (
        query
          .slice(1)
          .split('&')
          .find((part) => part.startsWith(`${argument}=`))
          ?.slice(argument.length + 1) ?? ''
      );
    default:
      return undefined;
  }
}
