import type { GatewayTranslation } from '../gateway/translation.ts';
import type { IngressTranslation } from '../ingress/translation.ts';
import type { FollowingTable } from '../store/table.ts';
import { UnionTable } from '../store/union-table.ts';
import type { ModelTables } from '../xds/rendering.ts';

/** One Model out of what Ingresses and Gateways ask for. An upstream that both use is the same in both. */
export function joinModels(
  ingress: IngressTranslation,
  gateway: GatewayTranslation,
): { readonly model: ModelTables; readonly tables: readonly FollowingTable<unknown>[] } {
  const virtualHosts = new UnionTable('all virtual hosts', [ingress.virtualHosts, gateway.virtualHosts]);
  const upstreams = new UnionTable('all upstreams', [ingress.upstreams, gateway.upstreams]);
  const endpoints = new UnionTable('all endpoints', [ingress.endpoints, gateway.endpoints]);
  const certificates = new UnionTable('all certificates', [ingress.certificates, gateway.certificates]);
  const backendSecrets = new UnionTable('all backend secrets', [ingress.backendSecrets, gateway.backendSecrets]);
  const { listeners } = gateway;
  return {
    model: { ...ofEdge(ingress), virtualHosts, upstreams, endpoints, certificates, backendSecrets, listeners },
    tables: [virtualHosts, upstreams, endpoints, certificates, backendSecrets],
  };
}

function ofEdge({ hostCertificates, defaultCertificates, edge, userLists, streams }: IngressTranslation) {
  return { hostCertificates, defaultCertificates, edge, userLists, streams };
}
