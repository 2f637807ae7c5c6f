import type * as z from 'zod';
import type { RouteKind } from '../../gateway-objects.ts';
import type { KubeObjects } from '../../objects.ts';
import { checked } from '../complaint.ts';
import { fields, list, present, text } from '../fields.ts';
import type { KindRow } from '../kind.ts';
import { metadata } from '../metadata.ts';
import { dnsSubdomain, hostName } from '../names.ts';
import { gatewayGroup, parentReference, rawStatus, spec } from './parts.ts';

interface RouteKindOptions<K extends RouteKind> {
  readonly kind: K;
  readonly plural: string;
  readonly otherVersions: readonly string[];
  readonly rules: () => z.ZodType<KubeObjects[K]['spec']['rules']>;
}

/** The row of a kind of routes: they differ in their rules. */
export function routeRow<K extends RouteKind>({ kind, plural, otherVersions, rules }: RouteKindOptions<K>): KindRow<K> {
  const schema = () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsSubdomain('name'), withUid: true }),
      spec: spec(fields({ parentRefs: list(parentReference), hostnames: list(checked(text, hostName)), rules: rules() })),
      status: rawStatus,
    }).transform((value) => present({ kind, ...value }));
  return {
    kind,
    apiVersion: `${gatewayGroup}/v1`,
    formerApiVersions: [],
    otherApiVersions: otherVersions.map((version) => `${gatewayGroup}/${version}`),
    path: `/apis/${gatewayGroup}/v1/${plural}`,
    namespaced: true,
    optional: true,
    sensitive: false,
    schema: schema as unknown as () => z.ZodType<KubeObjects[K]>,
  };
}
