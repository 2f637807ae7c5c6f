import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NaruProcess } from './naru-process.ts';

const input = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  rules:
    - host: shop.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: inner, namespace: shop, annotations: { nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8 } }
spec:
  rules:
    - host: shop.example.com
      http: { paths: [{ path: /inner, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
`;

test('naru migrate gateway-api prints routes, and closes what would lose a protection', async (t) => {
  const naru = NaruProcess.start(t, ['migrate', 'gateway-api', '-f', '-', '--gateway', 'infra/edge'], { input });
  assert.equal(await naru.ended(), 1);
  assert.deepEqual(naru.output.match(/^kind: .*/gm), ['kind: GatewayClass', 'kind: Gateway', 'kind: HTTPRoute', 'kind: HTTPRoute']);
  assert.match(naru.output, /parentRefs:\n {4}- name: edge\n {6}namespace: infra/);
  assert.equal(naru.output.match(/backendRefs/g)?.length, 1);
  assert.match(
    naru.errors,
    /^Ingress shop\/inner, shop\.example\.com \/inner: Who may come by address cannot be written\. It is written without backends, and answers 500\.$/m,
  );
  const wrong = NaruProcess.start(t, ['migrate', 'gateway-api', '-f', '-', '--gateway', 'edge'], { input });
  assert.equal(await wrong.ended(), 2);
  assert.equal(wrong.errors, 'naru: --gateway edge is not NAMESPACE/NAME, such as gateways/web.\n');
});
