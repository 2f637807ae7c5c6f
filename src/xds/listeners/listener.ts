import { any, encode } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { violations } from '../../proto/validate.ts';
import type { Reference, Resource } from '../../snapshot/resource.ts';
import type { Key } from '../../store/table.ts';
import { fieldHead } from '../encoded-field.ts';
import { plainChain } from '../scopes/chain-header.ts';
import { renderFilters } from '../connection-manager/http-connection-manager.ts';
import type { EncodedChain } from './chain-encoder.ts';
import { listenerBasics } from './listener-basics.ts';
import { renderDefaultChain, renderTrialChain } from './listener-chain.ts';
import { makeResource, resourceOf } from '../make-resource.ts';
import type { ListenerSettings } from '../options.ts';
import { readProxyProtocol } from '../connection-manager/proxy-protocol.ts';
import { scopeOfOthers } from '../scopes/scope.ts';
import { defaultCertificateName, ticketKeyName } from '../tls/secret.ts';
import { usesTicketKey } from '../tls/tls-parameters.ts';
import { collectorOf } from '../tracing/tracing.ts';

type ListenerFilter = Messages['envoy.config.listener.v3.ListenerFilter'];
type Listener = Messages['envoy.config.listener.v3.Listener'];

const routes: Reference = { type: 'scopes', name: scopeOfOthers() };

/** Number of `Listener.filter_chains`. */
const filterChainsField = 3;
const nothing = Buffer.of();

export function renderHttpListener(settings: ListenerSettings): Resource {
  const message = {
    ...listenerBasics('http', settings, settings.listen.httpPort),
    listener_filters: [...readProxyProtocol(settings.edge.client)],
    filter_chains: [{ name: 'http', filters: renderFilters('http', plainChain, settings) }],
  };
  return makeResource('listeners', message, {
    name: 'http',
    references: [routes, ...collectorOf(settings.edge)],
    sources: settings.edge.sources,
  });
}

/**
 * The TLS listener, put together from encoded filter chains, by server name: one that comes, changes or goes costs one encoding.
 * Envoy compares them one by one, and closes connections of those only that changed or are gone.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/listeners/lds
 * With nothing to serve there is no listener. `extensions`: the names of connection managers that Envoys can ask for; `hasDefault`: there is
 * a default certificate.
 */
export function renderHttpsListener(
  chains: ReadonlyMap<Key, EncodedChain>,
  extensions: { has(name: string): boolean },
  hasDefault: boolean,
  settings: ListenerSettings,
): Resource | undefined {
  const withDefault = hasDefault && !settings.edge.tls.rejectUnknownNames;
  if (chains.size === 0 && !withDefault) return undefined;
  const sorted = [...chains].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, chain]) => chain);
  const needed = sorted.map(({ needs }) => needs);
  const used = [...new Set(sorted.flatMap(({ filters }) => filters?.extension.name ?? []))].filter((name) => extensions.has(name)).sort();
  const isNamed = new Set(used);
  const trial = used.length === 0 ? {} : { filter_chains: [renderTrialChain(settings)] };
  // What is asked for on demand is not waited for.
  const fixedDefault: readonly Reference[] =
    withDefault && settings.listen.certificatesOnDemand !== true ? [{ type: 'secrets', name: defaultCertificateName }] : [];
  const tickets: readonly Reference[] = usesTicketKey(settings.edge.tls) ? [{ type: 'secrets', name: ticketKeyName }] : [];
  const head: Listener = {
    ...listenerBasics('https', settings, settings.listen.httpsPort),
    ...(withDefault ? { default_filter_chain: renderDefaultChain(settings) } : trial),
    listener_filters: [...readProxyProtocol(settings.edge.client), tlsInspector],
  };
  const [objection] = violations('envoy.config.listener.v3.Listener', head);
  if (objection !== undefined) throw new Error(`Envoy would refuse the listener https: ${objection.path} ${objection.rule}`);
  const encoded = sorted.flatMap(({ own, filters }) => {
    const shared = filters === undefined ? nothing : isNamed.has(filters.extension.name) ? filters.byName : filters.whole;
    return [fieldHead(filterChainsField, own.length + shared.length), own, shared];
  });
  return resourceOf('listeners', Buffer.concat([encode('envoy.config.listener.v3.Listener', head), ...encoded]), {
    name: 'https',
    references: [
      routes,
      ...needed,
      ...used.map((name): Reference => ({ type: 'extensions', name })),
      ...fixedDefault,
      ...tickets,
      ...collectorOf(settings.edge),
    ],
    sources: settings.edge.sources,
  });
}

export const tlsInspector: ListenerFilter = {
  name: 'envoy.filters.listener.tls_inspector',
  typed_config: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
};
