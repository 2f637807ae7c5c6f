import { any } from '../../proto/codec.ts';
import { attributesOf } from '../routes/session-cookie.ts';
import type { RouteFilter } from './filter.ts';

/**
 * Sends a request to the endpoint that its cookie names, as long as that is there, and gives the cookie to clients that have none.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/stateful_session_filter
 */
export const session: RouteFilter = {
  name: 'session',
  mayBeLeftOut: true,
  config: any('envoy.extensions.filters.http.stateful_session.v3.StatefulSession', {}),
  onRoute: ({ session: wanted }) => {
    if (wanted?.keepsTo !== 'endpoint') return undefined;
    const { cookie } = wanted;
    const { name, path, lifetime = 0 } = cookie;
    return any('envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute', {
      stateful_session: {
        session_state: {
          name: 'envoy.http.stateful_session.cookie',
          typed_config: any('envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState', {
            cookie: { name, path, ttl: `${lifetime}s`, attributes: attributesOf(cookie) },
          }),
        },
      },
    });
  },
};
