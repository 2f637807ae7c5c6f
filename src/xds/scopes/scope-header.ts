import type { Messages } from '../../proto/gen/messages.ts';

/** Says in which scope the route of a request is looked for. Replaced where a client sends it, and not sent on to backends. */
export const scopeHeader = 'x-naru-scope';

/** Sets `scopeHeader`, before a route is chosen, to the host as the client wrote it; the port is left out when it is read. */
export const tellScope: Messages['envoy.config.common.mutation_rules.v3.HeaderMutation'] = {
  append: { header: { key: scopeHeader, value: '%REQ(:authority)%' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
};
