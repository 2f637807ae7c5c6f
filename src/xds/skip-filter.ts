import { any } from '../proto/codec.ts';

/** What a filter with a matcher does where it is not wanted. */
export const skipFilter = {
  name: 'skip',
  typed_config: any('envoy.extensions.filters.common.matcher.action.v3.SkipFilter', {}),
} as const;
