export type Severity = 'error' | 'warning' | 'info';

/** The kinds of problems that Naru reports. Numbers are never used twice; docs/codes.md is generated from here. */
export const codes = {
  NR101: { severity: 'error', title: 'A file cannot be parsed' },
  NR102: { severity: 'error', title: 'An object is not valid' },
  NR103: { severity: 'info', title: 'A kind that Naru does not read' },
  NR104: { severity: 'error', title: 'Two documents describe the same object' },
  NR110: { severity: 'warning', title: 'The Ingress names an IngressClass that does not exist' },
  NR111: { severity: 'info', title: 'The Ingress has no class' },
  NR214: { severity: 'error', title: 'An annotation value is not valid' },
  NR230: { severity: 'warning', title: 'A canary without a primary' },
  NR231: { severity: 'info', title: 'A canary without ready pods' },
  NR232: { severity: 'warning', title: 'A second canary for the same path' },
  NR302: { severity: 'warning', title: 'The path is already taken' },
  NR401: { severity: 'error', title: 'A TLS Secret is missing' },
  NR402: { severity: 'error', title: 'A TLS Secret cannot be used' },
  NR403: { severity: 'warning', title: 'No certificate for a TLS host' },
  NR501: { severity: 'error', title: 'A Service does not exist' },
  NR502: { severity: 'error', title: 'A Service has no such port' },
  NR503: { severity: 'error', title: 'A kind of backend that is not supported' },
  NR601: { severity: 'error', title: 'A host that cannot be served' },
  NR602: { severity: 'error', title: 'A path that Envoy would refuse' },
  NR603: { severity: 'error', title: 'A route that Envoy would refuse' },
  NR604: { severity: 'error', title: 'An address that Envoy would refuse' },
  NR605: { severity: 'error', title: 'A backend that Envoy would refuse' },
  NR606: { severity: 'error', title: 'A certificate that Envoy would refuse' },
  NR701: { severity: 'error', title: 'An Envoy refused a resource' },
  NR901: { severity: 'error', title: 'A part of the configuration could not be computed' },
} as const satisfies Readonly<Record<string, { readonly severity: Severity; readonly title: string }>>;

export type ProblemCode = keyof typeof codes;
