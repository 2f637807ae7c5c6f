import type { IngressPath } from '../../kube/objects.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';

/** Characters that no URL has as they are: clients escape them, and Envoy where they do not. Tried with Envoy 1.40. */
// oxlint-disable-next-line no-control-regex -- control characters are among them
const escaped = /[\u0000-\u0020"<>^`{|}\u007f-\u{10ffff}]/gu;
const anyEscape = /%[\da-f]{2}/gi;
const escapedUnreserved = /%(?:2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/g;

/**
 * A path as requests have it when they are compared: Envoy writes each path in one way before that, so that `/caf%C3%A9` and
 * `/café` are one path, as `/%61` and `/a` are.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto
 */
export function canonicalPath(path: string): string {
  if (!path.isWellFormed()) return path;
  return path
    .replace(escaped, encodeURIComponent)
    .replace(anyEscape, (one) => one.toUpperCase())
    .replace(escapedUnreserved, decodeURIComponent);
}

/** What only a regular expression has in a path, most often. The end of a path in a URL is another matter. */
const expression = /^[^?#]*?([*()[\]{}^$|\\])[^?#]*$/;

/** A path that looks like a regular expression is compared letter by letter; ingress-nginx does not let it in (ValidatePathType in its inspector). */
export function expressionTaken({ path = '', pathType }: IngressPath, source: Source): Problem | undefined {
  const [, found] = expression.exec(path) ?? [];
  if (found === undefined) return undefined;
  return problem('NR303', source, {
    message: `The path ${JSON.stringify(path)} of type ${pathType} holds "${found}", as regular expressions do.`,
    done: 'It is compared letter by letter.',
    fix: 'Write a path without such characters.',
  });
}
