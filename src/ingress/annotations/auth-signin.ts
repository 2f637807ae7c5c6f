import type { AccessTemplate } from '../../model/authentication.ts';

/**
 * A URL to sign in with a parameter that says what the client wanted, unless it has the parameter: buildAuthSignURL in
 * ingress-nginx's internal/ingress/controller/template/template.go.
 */
export function withRedirectParameter(url: AccessTemplate, parameter: string): AccessTemplate {
  const sample = url.map((part) => (typeof part === 'string' ? part : 'x')).join('');
  const query = /\?(?<query>[^#]*)/.exec(sample)?.groups?.['query'] ?? '';
  const parameters = new URLSearchParams(query);
  if ((parameters.get(parameter) ?? '') !== '') return url;
  const separator = query === '' ? '?' : '&';
  return [...url, `${separator}${parameter}=`, { name: 'scheme' }, '://', { name: 'authority' }, { name: 'escaped-path-and-query' }];
}
