import type { Ingress, IngressBackend, Metadata } from '../kube/objects.ts';
import type { Problem } from '../model/problem.ts';
import type { Route } from '../model/route.ts';
import { anyHost } from '../model/virtual-host.ts';
import type { Read } from '../store/derived-table.ts';
import type { Key, Table } from '../store/table.ts';
import type { World } from '../store/world.ts';
import { readAccess } from './access/access.ts';
import { readAuthHeaders } from './access/auth-headers.ts';
import { annotationSource } from './annotations/family.ts';
import { families, type Policies, routePolicyOf, upstreamPolicyOf, upstreamPolicyOverHttps } from './annotations/index.ts';
import { backendSecretOf, checkBackendSecret } from './backends/backend-secret.ts';
import { refuseAnnotations } from './annotations/admission.ts';
import { known, readAnnotations } from './annotations/read.ts';
import type { HeaderValue } from '../model/route-policy.ts';
import { readCustomHeaders } from './access/custom-headers.ts';
import { type AnnotationDefaults, controller } from './config/tables.ts';
import { selectIngress } from './ingress-class.ts';
import { checkLatencyHistogram } from './latency-histogram.ts';
import type { IngressOptions } from './options.ts';
import { readSnippets, type Snippets } from './snippets/of-ingress.ts';
import { sourceOf } from './source-of.ts';
import { checkCollector } from './tracer.ts';
import { readUserList, secretOf } from './access/user-list.ts';

/** An Ingress as the translation sees it: chosen or not, its annotations read. */
export interface IngressRow {
  readonly metadata: Metadata;
  readonly spec: Ingress['spec'];
  readonly selected: boolean;
  /** What its annotations ask for; those of an Ingress that is not served are not read. */
  readonly policies: Partial<Policies>;
  /** What every answer of its paths has, from the ConfigMap that it names. */
  readonly answerHeaders: readonly HeaderValue[];
  readonly snippets: Snippets;
  /** Whether a protection that it asks for could not be read: its paths answer 503. */
  readonly denied: boolean;
  readonly problems: readonly Problem[];
}

/** What an Ingress is read against. */
export interface IngressSources {
  readonly world: World;
  readonly annotationDefaults: Table<AnnotationDefaults>;
}

export function readIngress(
  ingress: Ingress,
  read: Read,
  { world, annotationDefaults }: IngressSources,
  options: IngressOptions,
): IngressRow {
  const { metadata, spec } = ingress;
  const unread = {
    metadata,
    spec,
    selected: false,
    policies: {},
    answerHeaders: [],
    snippets: { configuration: [], server: undefined },
    denied: false,
  } as const;
  const { selected, problems } = selectIngress(ingress, read, world, options);
  if (!selected) return { ...unread, problems };
  const defaults = read.get(annotationDefaults, controller) ?? {};
  const annotations = { prefix: options.annotationsPrefix, values: metadata.annotations, source: sourceOf(ingress), defaults };
  const isCanary = families.canary.read(annotations).policy !== undefined;
  const refusal = refuseAnnotations(annotations, known, isCanary ? 'It gets no requests.' : 'The paths of this Ingress answer 503.');
  if (refusal !== undefined) {
    return { ...unread, selected: !isCanary, denied: true, problems: [...problems, refusal] };
  }
  const { policy: written, denied, problems: found } = readAnnotations(annotations);
  const mapOf = (key: Key) => read.get(world.objects.ConfigMap, key);
  const asking = readAuthHeaders(written.authUrl, annotationSource(annotations, 'auth-proxy-set-headers'), mapOf);
  const policy = { ...written, authUrl: asking.policy };
  const access = readAccess(
    denied ? {} : routePolicyOf(policy),
    (name) => annotationSource(annotations, name),
    (key) => readUserList(key, read.get(world.objects.Secret, secretOf(key).secret)),
  );
  const reaching = denied ? {} : (upstreamPolicyOverHttps(policy) ?? upstreamPolicyOf(policy));
  const backend = checkBackendSecret(reaching, annotationSource(annotations, 'proxy-ssl-secret'), (key) =>
    read.get(world.objects.Secret, key),
  );
  const answers = readCustomHeaders(policy.customHeaders, annotationSource(annotations, 'custom-headers'), mapOf);
  const snippets = readSnippets(policy, (name) => annotationSource(annotations, name));
  const collector = checkCollector(policy, annotationSource(annotations, 'enable-opentelemetry'), defaults);
  const readings = [snippets, asking, access, backend, answers, collector];
  return {
    ...{ metadata, spec, selected },
    policies: { ...policy, authUrl: snippets.authUrl },
    snippets: snippets.row,
    answerHeaders: answers.headers,
    denied: denied || readings.some((reading) => reading.denied),
    problems: [
      ...problems,
      ...found,
      ...checkLatencyHistogram(metadata, sourceOf(ingress)),
      ...readings.flatMap((reading) => reading.problems),
    ],
  };
}

/** Of these Ingresses that of a route: its first source. */
export function ownerOf({ sources: [source] }: Pick<Route, 'sources'>, rows: readonly IngressRow[]): IngressRow | undefined {
  return rows.find(({ metadata }) => metadata.namespace === source?.namespace && metadata.name === source.name);
}

/** The hostnames under which an Ingress has something to say. A default backend speaks under any host too. */
export function hostsOf({ selected, spec }: IngressRow): ReadonlySet<string> {
  if (!selected) return new Set();
  const hosts = new Set(spec.rules.map(({ host }) => hostnameOf(host)));
  if (spec.defaultBackend !== undefined) hosts.add(anyHost);
  return hosts;
}

/** A rule without a host holds for any host. Hostnames compare without case. */
export function hostnameOf(host: string | undefined): string {
  return host === undefined || host === '' ? anyHost : host.toLowerCase();
}

/** The user lists that its paths ask for passwords of. */
export function userListsOf({ policies, denied }: IngressRow): readonly Key[] {
  const users = denied ? undefined : routePolicyOf(policies).passwords?.users;
  return users === undefined ? [] : [users];
}

/** The Secrets that it names for TLS with its backends. */
export function backendSecretsOf({ policies, denied }: IngressRow): readonly Key[] {
  const key = denied ? undefined : backendSecretOf(upstreamPolicyOverHttps(policies) ?? upstreamPolicyOf(policies));
  return key === undefined ? [] : [key];
}

/** Every backend that an Ingress names. */
export function backendsOf({ selected, spec }: IngressRow): readonly IngressBackend[] {
  if (!selected) return [];
  const backends = spec.rules.flatMap(({ paths }) => (paths ?? []).map(({ backend }) => backend));
  return spec.defaultBackend === undefined ? backends : [...backends, spec.defaultBackend];
}
