import type { Ingress, IngressClass } from '../kube/objects.ts';
import { problem, type Problem } from '../model/problem.ts';
import type { Read } from '../store/derived-table.ts';
import type { World } from '../store/world.ts';
import type { IngressOptions } from './options.ts';
import { byCreation } from './age.ts';
import { sourceOf } from './source-of.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
/** https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class */
const defaultClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

export interface Selection {
  readonly selected: boolean;
  readonly problems: readonly Problem[];
}

const selected: Selection = { selected: true, problems: [] };
const foreign: Selection = { selected: false, problems: [] };

/**
 * Whether an Ingress is for this controller.
 *
 * `spec.ingressClassName` decides where it is set; else the annotation; else the setting for Ingresses without class.
 * The class annotation is read only where the field is absent, as ingress-nginx does (GetIngressClass in its store.go).
 */
export function selectIngress(ingress: Ingress, read: Read, world: World, options: IngressOptions): Selection {
  const selection = selectByClass(ingress, read, world, options);
  const refused = selection.selected && options.disableCatchAll && ingress.spec.defaultBackend !== undefined;
  return refused ? catchAllRefused(ingress) : selection;
}

function selectByClass(ingress: Ingress, read: Read, world: World, options: IngressOptions): Selection {
  const name = ingress.spec.ingressClassName;
  if (name !== undefined) {
    const found = read.get(world.objects.IngressClass, name);
    if (found === undefined) return missingClass(ingress, name, options);
    return isOurs(found, options) ? selected : foreign;
  }
  const annotation = ingress.metadata.annotations[classAnnotation] ?? '';
  if (annotation !== '') return annotation === options.ingressClass ? selected : foreign;
  if (options.watchIngressWithoutClass) return selected;
  const byDefault = options.admitDefaultClass ? defaultClass(read, world) : undefined;
  if (byDefault === undefined) return withoutClass(ingress, options);
  return isOurs(byDefault, options) ? selected : foreign;
}

function isOurs({ spec, metadata }: IngressClass, options: IngressOptions): boolean {
  return spec.controller === options.controllerClass || (options.ingressClassByName && metadata.name === options.ingressClass);
}

/** Of several classes marked as default the API server takes the newest, then the first by name. */
function defaultClass(read: Read, world: World): IngressClass | undefined {
  const marked = [...read.all(world.objects.IngressClass).values()].filter(
    ({ metadata }) => metadata.annotations[defaultClassAnnotation] === 'true',
  );
  return marked.sort((a, b) => -byCreation(a.metadata, b.metadata) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}

function missingClass(ingress: Ingress, name: string, options: IngressOptions): Selection {
  return {
    selected: false,
    problems: [
      problem('NR110', sourceOf(ingress, 'spec.ingressClassName'), {
        message: `There is no IngressClass ${name}.`,
        done: 'The Ingress is not served.',
        fix: `Name an IngressClass whose spec.controller is ${options.controllerClass}, or create ${name} so.`,
      }),
    ],
  };
}

function withoutClass(ingress: Ingress, options: IngressOptions): Selection {
  return {
    selected: false,
    problems: [
      problem('NR111', sourceOf(ingress, 'spec.ingressClassName'), {
        message: 'The Ingress names no class.',
        done: 'The Ingress is not served.',
        fix: `Set spec.ingressClassName to a class whose spec.controller is ${options.controllerClass}, or run with --watch-ingress-without-class.`,
      }),
    ],
  };
}

/** The whole Ingress is left out, as in ingress-nginx (hasCatchAllIngressRule in its store.go). */
function catchAllRefused(ingress: Ingress): Selection {
  return {
    selected: false,
    problems: [
      problem('NR112', sourceOf(ingress, 'spec.defaultBackend'), {
        message: 'The Ingress has a default backend, and these are turned off.',
        done: 'The Ingress is not served.',
        fix: 'Remove spec.defaultBackend, or run without --disable-catch-all.',
      }),
    ],
  };
}
