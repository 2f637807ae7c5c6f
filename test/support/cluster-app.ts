import { sharedControlPlane } from './cluster.ts';
import type { ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { Pod } from './pod.ts';

/** An application in a namespace of a real API server, and the rights of Naru's own ServiceAccount. */
export class ClusterApp {
  readonly control: ControlPlane;
  readonly namespace: string;
  /** Of Naru's ServiceAccount. */
  readonly kubeconfig: string;
  readonly #pod: Pod;

  private constructor(control: ControlPlane, namespace: string, kubeconfig: string, pod: Pod) {
    this.control = control;
    this.namespace = namespace;
    this.kubeconfig = kubeconfig;
    this.#pod = pod;
  }

  /** With a Service `web`, port `http`, and one pod behind it. */
  static async open(prefix: string): Promise<ClusterApp> {
    const control = await sharedControlPlane();
    const namespace = await control.createNamespace(prefix);
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    const kubeconfig = await control.kubeconfigFor('naru-system', 'naru');
    const pod = await Pod.start('web', control.address);
    const app = new ClusterApp(control, namespace, kubeconfig, pod);
    await control.runPods(namespace, { name: 'web', labels: { app: 'web' }, ports: { http: pod.port } });
    const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
    await app.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports } });
    await eventually('the pod is an endpoint', async () =>
      (await app.kubectl('get', 'endpointslices', '--output', 'name')) === '' ? undefined : true,
    );
    return app;
  }

  /** In its namespace. */
  kubectl(...args: readonly string[]): Promise<string> {
    return this.control.kubectl(['--namespace', this.namespace, ...args]);
  }

  apply(...objects: readonly object[]): Promise<string> {
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    return this.control.kubectl(['--namespace', this.namespace, 'apply', '-f', '-'], { input });
  }

  /** Where an Ingress says that it is reached. */
  async addresses(name: string): Promise<readonly { readonly ip?: string; readonly hostname?: string }[] | undefined> {
    const { status } = JSON.parse(await this.kubectl('get', 'ingress', name, '--output', 'json')) as {
      status: { loadBalancer: { ingress?: readonly { ip?: string; hostname?: string }[] } };
    };
    return status.loadBalancer.ingress;
  }

  async close(): Promise<void> {
    await this.#pod.stop();
    await this.kubectl('delete', 'ingress', '--all');
  }
}

/** An Ingress for the host NAME.example.com with one path. */
export function clusterIngress(
  name: string,
  { service = 'web', className = 'naru', annotations = {} }: { service?: string; className?: string; annotations?: object } = {},
): object {
  const backend = { service: { name: service, port: { number: 80 } } };
  const rules = [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const metadata = { name, annotations };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { ingressClassName: className, rules } };
}
