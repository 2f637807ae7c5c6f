import type { IngressBackend } from '../../kube/objects.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { RouteAction } from '../../model/route.ts';
import type { Source } from '../../model/source.ts';
import type { Key } from '../../store/table.ts';
import { type Backend, backendRef } from './backend.ts';
import type { CanaryDraft } from '../canaries/canary-split.ts';
import type { Compatibility } from '../options.ts';

/** What a fold needs to know of the world besides the Ingresses themselves. */
export interface BackendLookup {
  readonly backend: (ref: Key) => Backend | undefined;
  readonly isReady: (upstream: Key) => boolean;
  /** `namespace/name` of the Service that takes what no Ingress wants. */
  readonly defaultService: Key | undefined;
  readonly compatibility: Compatibility;
  /** TLS may be passed through to backends. */
  readonly sslPassthrough: boolean;
  /** Canaries of an upstream, whatever host and path they are of; undefined: they keep to their own. */
  readonly canariesOf?: (upstream: Key) => readonly CanaryDraft[] | undefined;
}

export function lookUp(namespace: string, backend: IngressBackend, lookup: Pick<BackendLookup, 'backend'>): Backend {
  const ref = backendRef(namespace, backend);
  const found = ref === undefined ? undefined : lookup.backend(ref);
  if (found !== undefined) return found;
  const kind = backend.resource?.kind ?? 'unknown';
  return { ok: false, code: 'NR503', message: `A backend of kind ${kind} is not supported.`, fix: 'Name a Service as the backend.' };
}

export const unavailableAnswer: RouteAction = { type: 'answer', status: 503, body: 'Service Unavailable\n' };

/** A route without a backend answers for itself: its requests must not fall through to a wider route. */
export function unavailable(backend: Backend & { ok: false }, source: Source, problems: Problem[]): RouteAction {
  const done = 'Requests for it are answered with 503.';
  problems.push(problem(backend.code, source, { message: backend.message, done, fix: backend.fix }));
  return unavailableAnswer;
}
