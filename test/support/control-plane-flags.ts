import path from 'node:path';

const controllers = [
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'endpoints-controller',
  'endpointslice-controller',
  'endpointslice-mirroring-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'replicaset-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
];

/** All files are in one folder. */
export function etcdFlags(folder: string): string[] {
  return [
    `--data-dir=${path.join(folder, 'etcd')}`,
    `--listen-client-urls=unix://${path.join(folder, 'etcd.sock')}`,
    // Must be there and be a port; nobody asks for it.
    '--advertise-client-urls=http://127.0.0.1:1',
    '--listen-peer-urls=http://127.0.0.1:0',
    '--unsafe-no-fsync',
    // Alone, it need not wait a second for others before it elects itself.
    '--heartbeat-interval=10',
    '--election-timeout=100',
  ];
}

export function apiserverFlags(folder: string, server: string, address: string): string[] {
  return [
    `--etcd-servers=unix://${path.join(folder, 'etcd.sock')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${new URL(server).port}`,
    `--advertise-address=${address}`,
    '--endpoint-reconciler-type=none',
    `--cert-dir=${folder}`,
    `--token-auth-file=${path.join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${path.join(folder, 'account.pub')}`,
    `--service-account-signing-key-file=${path.join(folder, 'account.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
  ];
}

export function controllerManagerFlags(folder: string, kubeconfig: string, more: readonly string[] = []): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${[...controllers, ...more].join(',')}`,
    `--service-account-private-key-file=${path.join(folder, 'account.key')}`,
    `--root-ca-file=${path.join(folder, 'apiserver.crt')}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    '--secure-port=0',
  ];
}
