import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { RouteFilter } from './filter.ts';

type Expression = Messages['google.api.expr.v1alpha1.Expr'];

/**
 * Answers 403 to clients whose certificate is for somebody else. Without a certificate there is no subject, and nobody passes.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/advanced/attributes#connection-attributes
 */
export const clientSubject: RouteFilter = {
  name: 'client-subject',
  mayBeLeftOut: true,
  config: any('envoy.extensions.filters.http.rbac.v3.RBAC', {}),
  onRoute: ({ clientSubject: pattern }) =>
    pattern === undefined
      ? undefined
      : any('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', {
          rbac: { rules: { action: 'ALLOW', policies: { 'has the subject': { ...anybody, condition: subjectMatches(pattern) } } } },
        }),
};

const anybody = { permissions: [{ any: true }], principals: [{ any: true }] } as const;

/** `connection.subject_peer_certificate.matches(pattern)`, as a tree: no text of a user is parsed. */
function subjectMatches(string_value: string): Expression {
  const connection: Expression = { id: 1, ident_expr: { name: 'connection' } };
  const subject: Expression = { id: 2, select_expr: { operand: connection, field: 'subject_peer_certificate' } };
  return { id: 3, call_expr: { target: subject, function: 'matches', args: [{ id: 4, const_expr: { string_value } }] } };
}
