import { defaultIngressOptions } from '../../../src/ingress/options.ts';
import { Build } from '../../../src/runtime/build.ts';
import { buildOptions } from '../../support/build.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { certificateFor } from '../../support/certificates.ts';
import { ocspResponse } from '../../support/ocsp.ts';
import { readManifests } from '../../support/manifests.ts';
import { metadata, naruClass, synced, upsert } from '../../support/objects.ts';
import { configMapYaml, echoService, ingressYaml, type IngressText, secretYaml, sliceYaml, tlsSecretYaml } from '../../support/yaml.ts';

export const whySettings = { annotationsPrefix: 'nginx.ingress.kubernetes.io', configmap: 'default/naru' };

const { chain, privateKey } = await certificateFor(['*.example.com']);
const stapled: KubeObject = {
  kind: 'Secret',
  metadata: metadata('stapled', { namespace: 'default' }),
  data: { 'tls.crt': Buffer.from(chain), 'tls.key': Buffer.from(privateKey), 'tls.ocsp-staple': ocspResponse(chain) },
};

/** What the examples of annotations and keys name. */
const named = [
  echoService('web', 'next', 'error-pages'),
  sliceYaml('web', ['10.0.0.1', '10.0.0.2'], 80),
  sliceYaml('next', ['10.0.0.4'], 80),
  sliceYaml('error-pages', ['10.0.0.3'], 80),
  tlsSecretYaml('tls', '*.example.com'),
  secretYaml('users', { auth: 'ada:$2b$04$7c7HcWYyq5mUVF9e8rJAOeVyR4zL3ZJUm0QeNf6AjHDZHcVbqmGvG' }),
  secretYaml('by-name', { ada: '$2b$04$7c7HcWYyq5mUVF9e8rJAOeVyR4zL3ZJUm0QeNf6AjHDZHcVbqmGvG' }),
  '---\n{ apiVersion: v1, kind: Secret, metadata: { name: signers }, data: { ca.crt: $certificate(authority.test) } }\n',
  '---\n{ apiVersion: v1, kind: Secret, metadata: { name: pods }, data: { tls.crt: $certificate(a.test), tls.key: $key(a.test), ca.crt: $certificate(b.test) } }\n',
  '---\n{ apiVersion: v1, kind: Secret, metadata: { name: users, namespace: other }, stringData: { auth: "ada:{PLAIN}x" } }\n',
  '---\n{ apiVersion: v1, kind: Service, metadata: { name: outside }, spec: { type: ExternalName, externalName: a.example.net, ports: [{ port: 80 }] } }\n',
  configMapYaml({ 'X-One': 'one' }, 'headers'),
  configMapYaml({ '9000': 'default/web:80' }, 'tcp'),
];

const events = readManifests(named.join(''));

/** A build of Ingresses, what they may name, and the controller's ConfigMap with these keys. */
export async function worldOf(ingresses: readonly IngressText[], keys: Readonly<Record<string, string>>): Promise<Build> {
  const own = await readManifests([configMapYaml(keys), ...ingresses.map(ingressYaml)].join(''));
  const build = new Build({
    ...buildOptions,
    listen: { ...buildOptions.listen, defaultCertificate: { chain: 'made', privateKey: 'made' } },
    ingress: {
      ...defaultIngressOptions,
      sslPassthrough: true,
      https: { port: 8443, named: false },
      configMap: whySettings.configmap,
      defaultBackendService: 'default/error-pages',
      streams: { tcp: 'default/tcp', reserved: [] },
    },
  });
  build.apply([upsert(naruClass), upsert(stapled), ...(await events).events, ...own.events, ...synced]);
  return build;
}
