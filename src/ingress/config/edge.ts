import type { EdgeSettings } from '../../model/edge.ts';
import type { ControllerConfig } from './index.ts';

/** What the ConfigMap says of listeners, in the Model's words. */
export function edgeSettings(config: ControllerConfig): EdgeSettings {
  const hsts = hstsOf(config.redirects);
  return { ...(hsts === undefined ? {} : { hsts }) };
}

/** As `header` of ingress-nginx's rootfs/etc/nginx/lua/lua_ingress.lua writes it. */
function hstsOf(keys: ControllerConfig['redirects']): string | undefined {
  if (!keys.hsts) return undefined;
  return [
    `max-age=${keys['hsts-max-age']}`,
    ...(keys['hsts-include-subdomains'] ? ['includeSubDomains'] : []),
    ...(keys['hsts-preload'] ? ['preload'] : []),
  ].join('; ');
}
