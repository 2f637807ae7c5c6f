import { kindNames } from '../../kube/kinds.ts';
import type { ObjectName } from '../../kube/get-object.ts';
import type { Kind } from '../../kube/objects.ts';
import { UsageError } from '../usage-error.ts';

/** The short names that kubectl has for kinds that can be waited for. */
const shortNames: Readonly<Record<string, Kind>> = { ing: 'Ingress', gtw: 'Gateway', lset: 'ListenerSet' };

const waitable: readonly Kind[] = ['Ingress', 'Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'];

/** The object that `ingress/web`, `ingresses/web` or `ingress/shop/web` means. @throws UsageError for any other text */
export function readTarget(text: string, namespace: string): ObjectName {
  const [word = '', ...rest] = text.split('/');
  const kind = kindOf(word.toLowerCase().replace(/\..*$/, ''));
  const [first, second] = rest;
  if (kind === undefined || rest.length > 2 || !first || second === '')
    throw new UsageError(
      `"${text}" is no object that can be waited for. Write it as in ingress/web; the kinds are ${waitable.join(', ')}.`,
    );
  return second === undefined ? { kind, namespace, name: first } : { kind, namespace: first, name: second };
}

function kindOf(word: string): Kind | undefined {
  const known = shortNames[word] ?? kindNames.find((kind) => [kind, `${kind}s`, `${kind}es`].some((name) => name.toLowerCase() === word));
  return known !== undefined && waitable.includes(known) ? known : undefined;
}
