import type { Messages } from '../proto/gen/messages.ts';

/** `10.0.0.0/8` in Envoy's form. */
export function cidrRange(network: string): Messages['envoy.config.core.v3.CidrRange'] {
  const [address_prefix = '', length = '0'] = network.split('/');
  return { address_prefix, prefix_len: Number(length) };
}
