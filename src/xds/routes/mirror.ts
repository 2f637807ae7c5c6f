import type { Mirror } from '../../model/route-policy.ts';
import type { Messages } from '../../proto/gen/messages.ts';

type MirrorPolicy = Messages['envoy.config.route.v3.RouteAction.RequestMirrorPolicy'];

/** Without the ending `-shadow` that Envoy otherwise gives to the host of a copy. */
export function renderMirror({ upstream: cluster, perMillion: numerator, host }: Mirror): MirrorPolicy {
  return {
    cluster,
    disable_shadow_host_suffix_append: true,
    ...(numerator === undefined ? {} : { runtime_fraction: { default_value: { numerator, denominator: 'MILLION' } } }),
    ...(host === undefined ? {} : { host_rewrite_literal: host }),
  };
}
