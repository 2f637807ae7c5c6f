import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { parse, stringify } from 'yaml';
import { resourceMessages } from '../../src/debug/resource-messages.ts';
import { defaultGatewayOptions, usualLoadBalancers } from '../../src/gateway/options.ts';
import { defaultIngressOptions, type IngressOptions } from '../../src/ingress/options.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { ConditionDraft, StatusDraft } from '../../src/kube/status-draft.ts';
import type { HostTls } from '../../src/model/host-tls.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Build } from '../../src/runtime/build.ts';
import { built, buildOptions } from './build.ts';
import { readManifests } from './manifests.ts';
import { naruGatewayClass } from './gateway-objects.ts';
import { naruClass } from './objects.ts';

/** A golden case: the objects as a user would apply them, and what becomes of them. */
export interface GoldenCase {
  readonly folder: string;
  readonly build: Build;
  /** File name → what it should say. */
  readonly outputs: Readonly<Record<'model.yaml' | 'xds.yaml' | 'status.yaml', string>>;
}

export async function readGoldenCase(folder: string): Promise<GoldenCase> {
  const { events } = await readManifests(readFileSync(join(folder, 'given.yaml'), 'utf8'));
  const objects = events.flatMap((event) => (event.type === 'upsert' ? [event.object] : []));
  const build = built([naruClass, naruGatewayClass, ...objects], {
    ...buildOptions,
    ingress: ingressOptions(objects),
    gateway: { ...defaultGatewayOptions, address: '127.0.0.1', loadBalancers: usualLoadBalancers },
  });
  const problems = [...events.flatMap((event) => (event.type === 'problems' ? event.problems : [])), ...build.problems()];
  return {
    folder,
    build,
    outputs: {
      'model.yaml': print(printModel(build)),
      'xds.yaml': print(printResources(build)),
      'status.yaml': print(printStatus(build, problems)),
    },
  };
}

/** ConfigMaps with these names in the namespace `naru` are what the flags of these names point to. */
function ingressOptions(objects: readonly KubeObject[]): IngressOptions {
  const named = (name: string): string | undefined =>
    objects.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.namespace === 'naru' && metadata.name === name)
      ? `naru/${name}`
      : undefined;
  const [configMap, tcp, udp] = ['configmap', 'tcp-services', 'udp-services'].map(named);
  const { streams } = defaultIngressOptions;
  return {
    ...defaultIngressOptions,
    ...(configMap === undefined ? {} : { configMap }),
    streams: { ...streams, ...(tcp === undefined ? {} : { tcp }), ...(udp === undefined ? {} : { udp }) },
  };
}

/** The difference between a case's files and what came out, or undefined; `NARU_GOLDEN=write` writes the files instead. */
export function differenceFrom({ folder, outputs }: GoldenCase): string | undefined {
  const patches = Object.entries(outputs).flatMap(([name, actual]) => {
    const path = join(folder, name);
    if (process.env['NARU_GOLDEN'] === 'write') writeFileSync(path, actual);
    const expected = readIfThere(path);
    return expected === actual ? [] : [createTwoFilesPatch(`expected ${path}`, `actual ${path}`, expected, actual, '', '', { context: 3 })];
  });
  return patches.length === 0 ? undefined : patches.join('\n');
}

function printModel(build: Build): unknown {
  const { model, gateway } = build;
  const ofGateways = {
    listeners: rowsOf(gateway.listeners),
    virtualHosts: rowsOf(gateway.virtualHosts),
    upstreams: rowsOf(gateway.upstreams).map((upstream) => ({ ...upstream, endpoints: gateway.endpoints.get(upstream.key) })),
  };
  return { ...printEdge(model), ...(ofGateways.listeners.length === 0 ? {} : { gateways: ofGateways }) };
}

/** Only problems where nothing of the Gateway API is in the case. */
function printStatus({ gateway: { statuses } }: Build, problems: readonly Problem[]): unknown {
  const drafts = rowsOf(statuses.drafts).filter(({ kind }) => kind !== 'GatewayClass');
  return drafts.length === 0 ? problems : { problems, statuses: drafts.map(printDraft) };
}

/** A condition in a line, such as `Accepted: True (Accepted)`. */
function printDraft({ uid: _uid, ...draft }: StatusDraft): unknown {
  const inLines = (conditions: readonly ConditionDraft[]) =>
    conditions.map(({ type, status, reason, message }) => `${type}: ${status} (${reason})${message === '' ? '' : ` ${message}`}`);
  return JSON.parse(
    JSON.stringify(draft, (key, value: unknown) => {
      if (key === 'conditions') return inLines(value as readonly ConditionDraft[]);
      return key === 'supportedKinds' ? (value as readonly { readonly kind: string }[]).map(({ kind }) => kind).join(', ') : value;
    }),
  );
}

function rowsOf<T>(table: { keys(): Iterable<string>; get(key: string): T | undefined }): T[] {
  return [...table.keys()].sort().flatMap((key) => table.get(key) ?? []);
}

function printEdge(model: Build['model']): object {
  const streams = rowsOf(model.streams);
  return {
    virtualHosts: rowsOf(model.virtualHosts),
    ...(streams.length === 0 ? {} : { streams }),
    upstreams: rowsOf(model.upstreams).map((upstream) => ({ ...upstream, endpoints: model.endpoints.get(upstream.key) })),
    certificates: rowsOf(model.certificates).map(({ key, names, privateKey, sources }) => ({ key, names, privateKey, sources })),
    hostCertificates: Object.fromEntries(
      [...model.hostCertificates.keys()].sort().map((host) => [host, printHostTls(model.hostCertificates.get(host))]),
    ),
  };
}

function printHostTls({ certificate = 'default', policy }: HostTls = {}): unknown {
  if (policy === undefined) return certificate;
  const { clients } = policy;
  return { certificate, policy: { ...policy, ...(clients && { clients: { ...clients, trusted: '[certificates]' } }) } };
}

/** Certificates are made anew in each run: what they hold is not part of the expectation. */
function printResources({ current }: Build): unknown {
  if (current === undefined) return {};
  return JSON.parse(
    JSON.stringify(resourceMessages(current.resources), (key, value: unknown) =>
      key === 'certificate_chain' || key === 'trusted_ca' ? '[a certificate]' : value,
    ),
  );
}

function print(value: unknown): string {
  // Through JSON, so that a value that redacts itself does so here too.
  return stringify(parse(JSON.stringify(value)), { aliasDuplicateObjects: false, lineWidth: 0 });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
