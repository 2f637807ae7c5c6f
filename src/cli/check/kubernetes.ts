import { connect, type Connection, NoApiServer } from '../../kube/connection.ts';
import { getJson } from '../../kube/get-path.ts';
import { missingRights, type Right } from '../../kube/rights.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

export interface KubernetesSettings {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly serviceAccount: string;
  readonly controllerClass: string;
}

/** What Naru needs of an API server. */
export async function checkKubernetes(settings: KubernetesSettings): Promise<readonly Finding[]> {
  let connection: Connection;
  try {
    connection = await connect(settings);
  } catch (error) {
    if (!(error instanceof NoApiServer)) throw error;
    return [{ state: 'skip', text: error.message }];
  }
  const version = await tried(() => getJson(connection, '/version'));
  if ('why' in version) return [fail(`${connection.description}: ${version.why}`)];
  const { gitVersion = '' } = version.is as { readonly gitVersion?: string };
  return [
    ok(`API server ${gitVersion}, ${connection.description}`),
    await gatewayKinds(connection),
    await classes(connection, settings.controllerClass),
    await rights(connection, settings.serviceAccount),
  ];
}

async function gatewayKinds(connection: Connection): Promise<Finding> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/httproutes.gateway.networking.k8s.io';
  const found = await tried(() => getJson(connection, path));
  if ('why' in found)
    return found.status === 404 ? ok('Gateway API is not installed') : { state: 'skip', text: `Gateway API: ${found.why}` };
  const { annotations = {} } = (found.is as { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }).metadata;
  const prefix = 'gateway.networking.k8s.io';
  return ok(
    `Gateway API ${annotations[`${prefix}/bundle-version`] ?? 'of unknown version'} (${annotations[`${prefix}/channel`] ?? 'channel unknown'})`,
  );
}

async function classes(connection: Connection, controller: string): Promise<Finding> {
  const found = await tried(() => getJson(connection, '/apis/networking.k8s.io/v1/ingressclasses'));
  if ('why' in found) return { state: 'skip', text: `IngressClasses: ${found.why}` };
  const { items } = found.is as {
    readonly items: readonly { readonly metadata: { readonly name: string }; readonly spec?: { readonly controller?: string } }[];
  };
  const names = items.filter(({ spec }) => spec?.controller === controller).map(({ metadata }) => metadata.name);
  return names.length > 0
    ? ok(`IngressClass ${names.join(', ')}`)
    : warn(`No IngressClass has the controller ${controller}.`, 'kubectl apply -f manifests/naru/ingress-class.yaml');
}

async function rights(connection: Connection, serviceAccount: string): Promise<Finding> {
  const found = await tried(() => missingRights(connection, serviceAccount));
  if ('why' in found) return { state: 'skip', text: `Rights of ${serviceAccount}: ${found.why}` };
  const { missing, asked } = found.is;
  if (missing.length === 0) return ok(`ServiceAccount ${serviceAccount} has ${asked} of ${asked} rights`);
  return fail(`ServiceAccount ${serviceAccount} lacks: ${missing.map(printRight).join('; ')}`, 'kubectl apply -f manifests/naru/rbac.yaml');
}

function printRight({ verb, group, resource, subresource }: Right): string {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : ` (${group})`}`;
}

async function tried<T>(action: () => Promise<T>): Promise<{ readonly is: T } | { readonly why: string; readonly status?: number }> {
  try {
    return { is: await action() };
  } catch (error) {
    const { message, status } = error as Error & { readonly status?: number };
    return { why: message, ...(status === undefined ? {} : { status }) };
  }
}
