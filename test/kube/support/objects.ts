/** Objects as a user writes them, short. */

export function ingressYaml(name: string, host = `${name}.example.com`, namespace = 'shop'): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  ingressClassName: naru
  rules:
    - host: ${host}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: ${name}
                port:
                  number: 80
`;
}

export function serviceYaml(name: string, port = 80, namespace = 'shop'): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ports: [{ port: ${port} }] }
`;
}

export function ingressObject(spec: unknown, metadata: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'shop', ...metadata }, spec };
}

export const backend = { service: { name: 'web', port: { number: 80 } } };

/** An Ingress spec with one path, of which some fields are other than usual. */
export function withPath(path: Readonly<Record<string, unknown>>): unknown {
  return { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend, ...path }] } }] };
}
