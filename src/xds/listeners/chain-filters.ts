import { hash } from 'node:crypto';
import type { TlsPolicy } from '../../model/host-tls.ts';
import { encode, typeUrl } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { renderFilters } from '../connection-manager/http-connection-manager.ts';
import { fromAds } from '../from-ads.ts';
import { makeResource } from '../make-resource.ts';
import type { ListenerSettings } from '../options.ts';
import { tlsChainOf } from '../scopes/chain-header.ts';
import { collectorOf } from '../tracing/tracing.ts';
import { scopeOfOthers } from '../scopes/scope.ts';
import { encodedChain } from './encoded-chain.ts';

type Filter = Messages['envoy.config.listener.v3.Filter'];

const manager = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * The filters of all chains with one TLS policy. Their connection manager is by far the largest part of a chain, so that chains only name it, and Envoy asks for
 * it once: https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/overview/extension
 *
 * Another content is another name, and what a name stands for never changes: Envoy would go on with the old one for connections that are open.
 * A new name changes the chain, and their connections are drained.
 */
export interface ChainFilters {
  readonly extension: Resource;
  /** `FilterChain.filters`, encoded, with the name of the connection manager. */
  readonly byName: Buffer;
  /** The same, with the connection manager itself. */
  readonly whole: Buffer;
}

export function renderChainFilters(policy: TlsPolicy, settings: ListenerSettings): ChainFilters {
  const { sources } = settings.edge;
  const chain = tlsChainOf(policy);
  const filters = renderFilters('https', chain, settings);
  const typed_config = filters.at(-1)?.typed_config;
  if (typed_config === undefined) throw new Error(`the filters of ${chain} do not end with a connection manager`);
  const name = `${chain}~${hash('sha256', encode('envoy.config.core.v3.TypedExtensionConfig', { name: chain, typed_config }), 'hex').slice(0, 12)}`;
  const references = [{ type: 'scopes', name: scopeOfOthers() } as const, ...collectorOf(settings.edge)];
  return {
    extension: makeResource('extensions', { name, typed_config }, { name, references, sources }),
    byName: encodedChain(name, { filters: [...filters.slice(0, -1), named(name)] }),
    whole: encodedChain(name, { filters }),
  };
}

/** Until it comes a listener waits, and the one before it serves. */
function named(name: string): Filter {
  return { name, config_discovery: { config_source: { ...fromAds, initial_fetch_timeout: '0s' }, type_urls: [typeUrl(manager)] } };
}
