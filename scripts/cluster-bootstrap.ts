// The bootstrap of the Envoys in a cluster, as the ConfigMaps of manifests/ carry it.
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { renderBootstrap } from '../src/dev/bootstrap.ts';
import { type Json, type JsonObject, replaceAt, valueAt } from '../src/dev/json-tree.ts';

const ads = 'naru.naru-system.svc';
const folder = '/etc/naru/ads';

/** `envoy/bootstrap.yaml` and `envoy/pod.yaml`. With `hostNetwork` only the node itself may ask for metrics and drain an Envoy: no NetworkPolicy protects it. */
export function clusterBootstrapManifest({ hostNetwork }: { readonly hostNetwork: boolean }): string {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'naru-envoy-bootstrap', namespace: 'naru-system' },
    data: { 'bootstrap.json': `${JSON.stringify(clusterBootstrap(hostNetwork), null, 2)}\n` },
  };
  const note = '# Generated from envoy/bootstrap.yaml and envoy/pod.yaml by `npm run docs`; do not edit.';
  return `${note}\n${stringify(manifest, { blockQuote: 'literal', lineWidth: 0 }).trimEnd()}`;
}

function clusterBootstrap(hostNetwork: boolean): Json {
  const bootstrap = renderBootstrap({
    nodeId: 'set-by-service-node',
    adsAddress: { host: ads, port: 18000 },
    adsTls: { certificate: `${folder}/tls.crt`, privateKey: `${folder}/tls.key`, serverCa: `${folder}/ca.crt`, serverName: ads },
    admin: { path: '/var/run/naru/admin.sock' },
  });
  const pod = parse(readFileSync('envoy/pod.yaml', 'utf8')) as { listeners: readonly JsonObject[]; clusters: readonly Json[] };
  const clusters = valueAt(bootstrap, ['static_resources', 'clusters']) as readonly Json[];
  const listeners = hostNetwork ? pod.listeners.map(onLoopback) : pod.listeners;
  return replaceAt(bootstrap, ['static_resources'], { listeners, clusters: [...clusters, ...pod.clusters] });
}

function onLoopback(listener: JsonObject): Json {
  const guarded = listener['name'] === 'naru_metrics' || listener['name'] === 'naru_drain';
  return guarded ? replaceAt(listener, ['address', 'socket_address', 'address'], '127.0.0.1') : listener;
}
