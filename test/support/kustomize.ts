import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { controlPlaneBinary } from './control-plane.ts';

export interface Built {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

export interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: { readonly sizeLimit?: string }; readonly hostPath?: unknown }[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly resources: { readonly requests?: object; readonly limits?: { readonly memory?: string } };
  readonly securityContext: { readonly readOnlyRootFilesystem?: boolean };
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe: { readonly httpGet: HttpGet };
  readonly lifecycle: { readonly preStop: { readonly httpGet: HttpGet } };
}

export interface HttpGet {
  readonly path: string;
  /** The name of a container's port. */
  readonly port: string;
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}

/** The objects of a folder in manifests/, as `kubectl apply -k` would send them. */
export async function kustomize(folder: string): Promise<readonly Built[]> {
  const { stdout } = await promisify(execFile)(await controlPlaneBinary(), ['kubectl', 'kustomize', folder]);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Built);
}

export function find(objects: readonly Built[], kind: string, name: string): Built {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}
