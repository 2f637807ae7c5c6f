import type { EdgeSettings } from '../model/edge.ts';
import { any } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { chainHeader } from './chain-header.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];
type Mutation = Messages['envoy.config.common.mutation_rules.v3.HeaderMutation'];

/** The first filter of a connection manager: the headers that every request gets on its way to a backend, and every answer. */
export function edgeHeaders(scheme: 'http' | 'https', edge: EdgeSettings): HttpFilter {
  return {
    name: 'envoy.filters.http.header_mutation',
    typed_config: any('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
      mutations: { request_mutations: [{ remove: chainHeader }], response_mutations: answerMutations(scheme, edge) },
    }),
  };
}

function answerMutations(scheme: 'http' | 'https', { hsts }: EdgeSettings): Mutation[] {
  return scheme === 'https' && hsts !== undefined ? [set('strict-transport-security', hsts)] : [];
}

/** A value of the user's is literal: `%` begins a command of Envoy. */
function set(key: string, value: string): Mutation {
  return { append: { header: { key, value: value.replaceAll('%', '%%') }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } };
}
