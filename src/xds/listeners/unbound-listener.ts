import { encode } from '../../proto/codec.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { resourceOf } from '../make-resource.ts';

/** Field 26 of a Listener, put behind the others: the last one wins. https://protobuf.dev/programming-guides/encoding/#last-one-wins */
const unbound = encode('envoy.config.listener.v3.Listener', { bind_to_port: false });

/** The same listener for an Envoy that is to take no connections: it checks everything and opens no port. */
export function unboundListener({ bytes, name, references, sources }: Resource): Resource {
  return resourceOf('listeners', Buffer.concat([bytes, unbound]), { name, references, sources });
}
