import { decode } from '../proto/codec.ts';
import type { Resource } from '../snapshot/resource.ts';
import { hostOfScope } from '../xds/scopes/scope.ts';

/** What people know a scope by: its host, where its own name is a short one. */
export function scopeForPeople({ name, bytes }: Resource): string {
  return hostOfScope(name, () => decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes));
}
