/** Where something came from: a Kubernetes object and, when known, the field in it. */
export interface Source {
  readonly kind: string;
  /** Empty for objects without a namespace. */
  readonly namespace: string;
  readonly name: string;
  /** A path such as `spec.rules[0].http.paths[1]` or `metadata.annotations["…/canary-weight"]`. */
  readonly field?: string;
}

/** Of what no object asks for: Naru has it of its own accord, or a flag says so. */
export const byDefault: Source = { kind: 'Naru', namespace: '', name: 'default' };

/** `Ingress shop/web spec.rules[0]`: the way sources are written in messages. */
export function printSource({ kind, namespace, name, field }: Source): string {
  const object = namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
  return field === undefined ? object : `${object} ${field}`;
}

/** The opposite of `printSource`; undefined for text that is none. */
export function parseSource(text: string): Source | undefined {
  const { kind, namespace, name, field } =
    /^(?<kind>\S+) (?:(?<namespace>[^/ ]+)\/)?(?<name>[^/ ]+)(?: (?<field>.+))?$/s.exec(text)?.groups ?? {};
  if (kind === undefined || name === undefined) return undefined;
  return { kind, namespace: namespace ?? '', name, ...(field === undefined ? {} : { field }) };
}
