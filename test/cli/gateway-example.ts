import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A Gateway with a listener for HTTP, one that ends TLS, one that hands it on, and one for TCP; each has a route. */
const example = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: naru }
spec: { controllerName: naru.io/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  gatewayClassName: naru
  listeners:
    - { name: http, port: 80, protocol: HTTP }
    - { name: passed, port: 8444, protocol: TLS, hostname: '*.pass.example.com', tls: { mode: Passthrough } }
    - { name: tcp, port: 5432, protocol: TCP }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web, namespace: shop }
spec:
  parentRefs: [{ name: edge, sectionName: http }]
  hostnames: [shop.example.com]
  rules:
    - matches: [{ path: { value: /cart }, method: POST }]
      backendRefs: [{ name: cart, port: 80 }]
    - matches: [{ path: { value: /cart } }]
      backendRefs: [{ name: web, port: 80, weight: 3 }, { name: cart, port: 80, weight: 1 }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: { name: passed, namespace: shop }
spec:
  parentRefs: [{ name: edge, sectionName: passed }]
  hostnames: [a.pass.example.com]
  rules: [{ backendRefs: [{ name: web, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: { name: db, namespace: shop }
spec:
  parentRefs: [{ name: edge, sectionName: tcp }]
  rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [10.0.0.1] }, { addresses: [10.0.0.2] }]
`;

/** Its path. */
export function gatewayExample(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'naru-gateway-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, example);
  return file;
}
