import { anyHost } from '../model/virtual-host.ts';

/** Hostnames as listeners and routes write them: a wildcard stands for one or more labels, absent is any. */

export function normal(hostname: string | undefined): string {
  return hostname === undefined || hostname === '' ? anyHost : hostname.toLowerCase();
}

/** Whether everything that `narrow` stands for, `wide` stands for, too. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === anyHost || wide === narrow) return true;
  return wide.startsWith('*.') && narrow !== anyHost && narrow.endsWith(wide.slice(1)) && narrow.length > wide.length - 1;
}

/** What both stand for; undefined: nothing. */
export function intersection(a: string, b: string): string | undefined {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

/**
 * Of hostnames that all stand for this one, the most specific; that listener alone takes its requests.
 * https://gateway-api.sigs.k8s.io/reference/spec/#listener
 */
export function mostSpecific(hostnames: readonly string[], hostname: string): string | undefined {
  const fitting = hostnames.filter((wide) => covers(wide, hostname));
  return fitting.sort((a, b) => specificity(b) - specificity(a))[0];
}

function specificity(hostname: string): number {
  if (hostname === anyHost) return 0;
  return hostname.startsWith('*.') ? hostname.length : 1000 + hostname.length;
}
