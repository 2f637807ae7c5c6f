import { randomBytes } from 'node:crypto';
import { encode } from '../proto/codec.ts';
import { typeUrls } from '../snapshot/resource.ts';

/** Tells the responses of this process from those of another one, before it or beside it. */
const process = randomBytes(6).toString('base64url');

/**
 * What makes the same content another one each time it is sent; to be put behind its bytes. Undefined for types that need none.
 *
 * Scopes do. Of a response that Envoy refuses, it may have noted scopes that it then did not take over, and the next time
 * it leaves out what is equal to its note: it would acknowledge it, and serve what it had before.
 */
export function contentMark(typeUrl: string, nonce: number): Buffer | undefined {
  if (typeUrl !== typeUrls.scopes) return undefined;
  const metadata = { filter_metadata: { [`naru.sent ${process} ${nonce}`]: {} } };
  return encode('envoy.config.route.v3.ScopedRouteConfiguration', { route_configuration: { metadata } });
}
