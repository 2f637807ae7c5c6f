// Objects of the Gateway API for Gateways with Envoys, or a load balancer, of their own.

export const group = 'gateway.networking.k8s.io';

export function gateway(name: string, gatewayClassName: string, at: number, infrastructure?: object) {
  return {
    apiVersion: `${group}/v1`,
    kind: 'Gateway',
    metadata: { name },
    spec: { gatewayClassName, listeners: [{ name: 'http', port: at, protocol: 'HTTP' }], ...(infrastructure && { infrastructure }) },
  };
}

export function route(name: string, parent: string) {
  return {
    apiVersion: `${group}/v1`,
    kind: 'HTTPRoute',
    metadata: { name },
    spec: { parentRefs: [{ name: parent }], hostnames: [`${name}.example.com`], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  };
}

export function gatewayClass(name: string, annotations: object) {
  return {
    apiVersion: `${group}/v1`,
    kind: 'GatewayClass',
    metadata: { name, annotations },
    spec: { controllerName: 'naru.io/gateway-controller' },
  };
}
