import type { Unserved } from '../explain/known.ts';
import { hostnameOf, type IngressRow } from '../ingress/ingress-row.ts';
import { printSource } from '../model/source.ts';
import type { Build } from './build.ts';

/** Ingresses with a rule for a host that are another controller's, or are left out; the first few. */
export function unservedIngresses({ model, world }: Build, hostname: string): readonly Unserved[] {
  const found: Unserved[] = [];
  for (const key of [...model.ingresses.keys()].sort()) {
    const row = model.ingresses.get(key);
    if (row === undefined || row.selected || found.length >= shownAtMost) continue;
    const host = row.spec.rules.map(({ host: written }) => hostnameOf(written)).find((one) => covers(one, hostname));
    if (host === undefined) continue;
    const { namespace, name } = row.metadata;
    found.push({ source: printSource({ kind: 'Ingress', namespace, name }), host, why: reasonFor(row, world) });
  }
  return found;
}

const shownAtMost = 5;

function covers(host: string, hostname: string): boolean {
  return host === hostname || (host.startsWith('*.') && host.slice(1) === hostname.replace(/^[^.]+/, ''));
}

function reasonFor({ problems, spec, metadata }: IngressRow, { objects }: Build['world']): string {
  const [problem] = problems;
  if (problem !== undefined) return problem.message;
  const name = spec.ingressClassName;
  const controller = name === undefined ? undefined : objects.IngressClass.get(name)?.spec.controller;
  if (controller !== undefined) return `Its class ${name} is that of ${controller}.`;
  const annotation = metadata.annotations['kubernetes.io/ingress.class'];
  return annotation === undefined
    ? 'Its class is the default one, that of another controller.'
    : `Its class ${annotation}, by annotation, is that of another controller.`;
}
