import { encode } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { violations } from '../../proto/validate.ts';

/** A filter chain, or some fields of one, in Envoy's bytes. `name`: for our own bugs. */
export function encodedChain(name: string, chain: Messages['envoy.config.listener.v3.FilterChain']): Buffer {
  const [objection] = violations('envoy.config.listener.v3.FilterChain', chain);
  if (objection !== undefined) throw new Error(`Envoy would refuse the filter chain ${name}: ${objection.path} ${objection.rule}`);
  return encode('envoy.config.listener.v3.FilterChain', chain);
}
