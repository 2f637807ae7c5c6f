import type { AuthService } from '../../model/authentication.ts';
import { problem, type Problem } from '../../model/problem.ts';
import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { authService } from '../annotations/auth-url.ts';
import type { Grammar } from '../annotations/grammar.ts';
import { absoluteUrl, anyTemplate } from '../nginx/access-template.ts';
import { sourceOf } from '../source-of.ts';
import type { ControllerConfig } from './index.ts';

/** What the ConfigMap says of who may pass where an Ingress says nothing. */
export interface GlobalAuth {
  /** `closed`: there should be one, and it cannot be asked: nobody may pass. */
  readonly service?: AuthService | 'closed';
  /** Paths of Ingresses that begin so are asked for nothing. */
  readonly exempt: readonly string[];
}

export interface GlobalAuthRow {
  readonly auth: GlobalAuth;
  readonly problems: readonly Problem[];
}

/** `by`: the ConfigMap; absent: there is none. */
export function readGlobalAuth({ authentication: keys }: ControllerConfig, by: ConfigMap | undefined): GlobalAuthRow {
  const exempt = keys['no-auth-locations'];
  if (by === undefined || keys['global-auth-url'] === '') return { auth: { exempt }, problems: [] };
  const problems: Problem[] = [];
  const parse = <T>(
    key: 'global-auth-url' | 'global-auth-signin' | 'global-auth-request-redirect' | 'global-auth-cache-key',
    grammar: Grammar<T>,
  ) => {
    const text = keys[key];
    if (text === '') return undefined;
    const parsed = grammar.parse(text);
    if (parsed.ok) return parsed.value;
    const source = sourceOf(by, printFieldPath(['data', key]));
    const done = 'Paths that rely on it answer 503.';
    problems.push(problem('NR240', source, { message: `${key}: ${parsed.message}.`, done, fix: 'Correct the value.' }));
    return undefined;
  };
  const method = keys['global-auth-method'];
  const words = {
    url: parse('global-auth-url', absoluteUrl),
    signIn: parse('global-auth-signin', anyTemplate),
    wanted: parse('global-auth-request-redirect', anyTemplate),
    cacheKey: parse('global-auth-cache-key', anyTemplate),
  };
  const { url, ...others } = words;
  if (url === undefined || problems.length > 0) return { auth: { service: 'closed', exempt }, problems };
  const service = authService({
    ...{ url, ...others, method: method === '' ? undefined : method },
    redirectParameter: keys['global-auth-signin-redirect-param'],
    answerHeaders: keys['global-auth-response-headers'],
    cacheTimes: keys['global-auth-cache-duration'],
  });
  return { auth: { service, exempt }, problems };
}
