import { access, authentication, policies } from './access.ts';
import { clientAddress } from './client-address.ts';
import { compression } from './compression.ts';
import type { Concern, Keys, ValuesOf } from './concern.ts';
import { connections } from './connections.ts';
import { logging } from './logging.ts';
import { redirects } from './redirects.ts';
import { requestHeaders } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';
import { streams } from './streams.ts';
import { http2, tls } from './tls.ts';
import { tracing } from './tracing.ts';
import { firewall, places, processes, snippets } from './unread.ts';
import { bodies, rewriting, upstreams } from './upstreams.ts';

/** Every key of the ConfigMap, in the order in which the reference lists them. */
export const concerns = {
  clientAddress,
  requestHeaders,
  responseHeaders,
  redirects,
  tls,
  http2,
  connections,
  upstreams,
  bodies,
  rewriting,
  access,
  authentication,
  policies,
  compression,
  logging,
  streams,
  tracing,
  processes,
  snippets,
  firewall,
  places,
} as const satisfies Readonly<Record<string, Concern<Keys>>>;

/** The controller's ConfigMap, read: every key with its value, the default where it says none. */
export type ControllerConfig = { readonly [C in keyof typeof concerns]: ValuesOf<(typeof concerns)[C]['keys']> };
