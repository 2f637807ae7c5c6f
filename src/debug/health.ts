import type { Check } from './view.ts';

export type HealthEndpoint = 'livez' | 'healthz' | 'readyz';

export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly text: string;
}

/**
 * `ok`, or a line for each check: asked for, or when one of them fails.
 * The form is kube-apiserver's: https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export function healthAnswer(endpoint: HealthEndpoint, checks: readonly Check[], verbose: boolean): HealthAnswer {
  const passed = checks.every(({ ok }) => ok);
  if (passed && !verbose) return { status: 200, text: 'ok\n' };
  const lines = checks.map(({ name, ok, message }) => (ok ? `[+]${name} ok: ${message}` : `[-]${name} failed: ${message}`));
  return { status: passed ? 200 : 503, text: [...lines, `${endpoint} check ${passed ? 'passed' : 'failed'}`, ''].join('\n') };
}
