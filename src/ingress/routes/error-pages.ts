import { errorPageHeader } from '../../model/error-pages.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Route } from '../../model/route.ts';
import type { HeaderValue, RoutePolicy } from '../../model/route-policy.ts';
import type { Source } from '../../model/source.ts';
import type { Template } from '../../model/template.ts';
import type { Key } from '../../store/table.ts';
import { errorBackendsOf, serviceRef } from '../backends/backend.ts';
import type { BackendLookup } from '../backends/backend-lookup.ts';
import type { Folding } from './fallback.ts';
import type { IngressRow } from '../ingress-row.ts';
import type { RouteDraft } from '../paths/route-draft.ts';
import { sourceOf } from '../source-of.ts';

/** Takes the place of a backend without ready pods, if it has some itself. Undefined: there is none. */
export function standInFor({ row }: RouteDraft, lookup: BackendLookup): Key | undefined {
  return errorBackendsOf(row).flatMap((ref) => readyAt(ref, lookup) ?? [])[0];
}

/** What a backend that stands in for another one is told, as ingress-nginx's template has it for `custom-default-backend-`. */
export function standInHeaders(draft: RouteDraft): RoutePolicy {
  return { requestHeaders: { set: [{ name: 'x-code', value: ['503'] }, ...about(draft)] } };
}

/** Which errors of a path have a page. */
export function errorPagesOf(draft: RouteDraft, lookup: BackendLookup): RoutePolicy {
  const { errorPages } = draft.row.policies;
  if (errorPages === undefined || errorPages.statuses.length === 0 || pagesAt(draft.row, lookup) === undefined) return {};
  const { statuses, onlyOwn } = errorPages;
  const headers = [{ name: 'x-code', value: [{ name: 'status' }] as Template }, ...about(draft)];
  return {
    requestHeaders: { set: [{ name: 'x-original-uri', value: [{ name: 'original-path-and-query' }] }] },
    errorPages: { statuses, ...(onlyOwn ? { onlyOwn } : {}), page: pageOf(draft.row), headers },
  };
}

/** The routes on which the pages of a host are asked for, one for each Ingress that has some. */
export function errorPageRoutes(rows: readonly IngressRow[], { lookup, uses, problems }: Folding): readonly Route[] {
  return rows.flatMap((row): readonly Route[] => {
    const source = sourceOf({ kind: 'Ingress', ...row });
    problems.push(...missingService(row, source, lookup));
    if (row.denied || (row.policies.errorPages?.statuses ?? []).length === 0) return [];
    const upstream = pagesAt(row, lookup);
    if (upstream === undefined) {
      problems.push(
        problem('NR217', source, {
          message: 'custom-http-errors has no default backend with ready pods that could make the pages.',
          done: 'Errors are answered as they are.',
          fix: 'Name a Service with default-backend, or start Naru with --default-backend-service.',
        }),
      );
      return [];
    }
    const page = pageOf(row);
    return [
      {
        name: `${page} error pages`,
        match: { type: 'prefix', path: '/' },
        conditions: { headers: [{ name: errorPageHeader, value: { type: 'exact', text: page } }] },
        action: uses.forward([{ upstream, weight: 100 }], {}),
        // Whoever makes the pages is not who the credentials are for; and a client that asks by itself gets no more than a page.
        policy: {
          requestHeaders: { remove: [errorPageHeader, 'authorization', 'cookie'] },
          rewrite: { path: { type: 'full', path: '/' } },
        },
        sources: [source],
      },
    ];
  });
}

function missingService(row: IngressRow, source: Source, { backend }: BackendLookup): readonly Problem[] {
  return errorBackendsOf(row).flatMap((ref) => {
    const found = backend(ref);
    if (found === undefined || found.ok) return [];
    const { code, message, fix } = found;
    return [problem(code, source, { message: `default-backend: ${message}`, done: 'It is as if the annotation were absent.', fix })];
  });
}

function pageOf({ metadata: { namespace, name } }: IngressRow): string {
  return `${namespace}/${name}`;
}

function pagesAt(row: IngressRow, lookup: BackendLookup): Key | undefined {
  const refs = [...errorBackendsOf(row), ...(lookup.defaultService === undefined ? [] : [serviceRef(lookup.defaultService)])];
  return refs.flatMap((ref) => readyAt(ref, lookup) ?? [])[0];
}

function readyAt(ref: Key, { backend, isReady }: BackendLookup): Key | undefined {
  const found = backend(ref);
  return found?.ok === true && isReady(found.upstream) ? found.upstream : undefined;
}

/** What error backends are told of the path: https://kubernetes.github.io/ingress-nginx/user-guide/custom-errors/ */
function about({ row: { metadata }, backend: { service } }: RouteDraft): readonly HeaderValue[] {
  return [
    { name: 'x-format', value: [{ name: 'request-header', key: 'accept' }] },
    { name: 'x-namespace', value: [metadata.namespace] },
    { name: 'x-ingress-name', value: [metadata.name] },
    { name: 'x-service-name', value: [service?.name ?? ''] },
    { name: 'x-service-port', value: [String(service?.port.number ?? service?.port.name ?? '')] },
  ];
}
